"""The commonest words of English and of the languages that are written as it is, as evidence of which is spoken.

Pronouns, particles, verbs and everyday nouns, written without accents but for Vietnamese, whose tones tell its words apart. What
is a word, a slip or slang of English as well ("no", "me", "um") and what stands in names and places ("de", "san", "von") is in no list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["COMMON_WORDS", "ENGLISH_WORDS"]

ENGLISH_WORDS: Final = frozenset(
    (
        "about accept account after again agree agreed already always amount and angry another any avenue away balance bank be "
        "because been before being big bill bloody born but by bye call called can cannot cant car card cash cause cheap check "
        "cheque city cmon computer could couldnt credit dad damn date daughter day days deal debt did didnt does doesnt done "
        "dont down each electric email english even every everything father feel feeling fine first five flat food for four "
        "from gas get give god going gone gonna good goodbye got gotta had hadnt half has hasnt hate have havent hell hello "
        "help her here hes hey hi high his hours house how human husband id if ill im is isnt it its ive job just kids know "
        "lane last leave less lets letter lie loan long looking lost love low machine made make making mate maybe mom money "
        "month months more mother much mum must name need never new next nope not nothing now number of off offer ok okay old "
        "one only or other our out owe paid pay paying perhaps person phone plan please pls plz problem put really refund rent "
        "rest right road robot sad said say scared see she shes short should shouldnt shut sick small some someone something "
        "sorry speak speaking state still stop street stupid sure take talk tell than thank thanks that thats the their them "
        "then there theres these they theyre theyve think this those three time tired today told tomorrow too town tried "
        "trouble true try trying two uh understand up ur useless very wanna want wasnt we week weeks well were werent weve what "
        "whats when where which who why wife with without wont work worried would wouldnt wrong yeah year years yep yes you "
        "youll your youre youve "
    ).split()
)

COMMON_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "es": frozenset(
        (
            "abonar abril acuerdo agosto ahora ahorita algo alguien alli ano anos antes aquel aquella aqui aun ayuda ayudar ayudeme "
            "bien cada carta casa casi ciento cobro como contra cosa cosas cual cuales cualquier cuando cuanta cuanto cuantos "
            "cuarenta cuatro cuenta dado dar darme debe debo desde despacio despues deuda dias diciembre diez dije dijeron dijo "
            "dinero direccion disculpe dolares donde doscientos ella ellas ellos enero enferma enfermo entiende entiendo entonces "
            "entre eran eres esa ese eso espanol espere esposa esposo esta estamos estan estar este esto estos estoy favor febrero "
            "firmar fue fueron gano gente gracias haber habia habla hablar hable hablo hacer hacerlo han hay hecho hermana hermano "
            "hija hijo hijos hoy hubiera hubo iba ingles jueves junio libras llame llamen luego lunes luz madre mama mandaron marzo "
            "mejor menos mes meses miercoles mil mire mis momento mucha mucho muy nada nadie navidad necesito ningun ninguna nomas "
            "nosotras nosotros noviembre nueve nunca ochenta ocho octubre oiga otra otro padre pagan pagar pagare pagarlo pago "
            "pague para peor perder perdi perdon perdone pero podemos podria por porque puede pueden puedes puedo pues puesto que "
            "queremos quien quiere quiero quincena quinientos quisiera renta repetir repita repite sabado se segun seis semana "
            "semanas senor senora septiembre ser seria sesenta sido siempre siete solamente somos soy su sus tambien tampoco "
            "telefono tendria tenemos tener tengo tiene tienen tienes toda todas todavia todo todos trabajo treinta tres "
            "trescientos tu una unas unos usted ustedes vamos veinte vez viernes visto vive vivo voy ya "
        ).split()
    ),
    "fr": frozenset(
        (
            "accord adresse ai aide aider aidez alors anglais annee annees aout appeler appelez appelle apres argent arrive "
            "attendez attends aucun aucune aurait aussi autre autres avaient avais avait avant avec avez avoir avons avril beaucoup "
            "besoin bien c'est ca ce celle celui cent ces cette chez chose choses cinq cinquante combien comment comprend comprends "
            "d'accord d'un d'une dans decembre deja depuis desole dette deux dimanche disent dit dix dois doit donc donnez elle "
            "elles encore enfants entre est etaient etais etait ete etes etre excusez facture faire fait faites faut femme fevrier "
            "francais frere gens hopital huit ils instant j'ai j'avais j'etais jamais janvier je jeudi jours juillet juin jusqu'a "
            "l'argent l'hopital lentement lettre leur loyer lui lundi m'appeler m'appelle madame mai maintenant mais malade mardi "
            "mari merci mercredi mere mes mieux mille moi mois mon n'ai n'arrive n'avez n'avons n'est n'y neuf noel non nous "
            "novembre octobre ont ou oui paie pardon parle parler parlez pas passez paye payer pendant pere peu peut peux plait "
            "pourquoi pourrais pourrait pouvez pouvons presque puis qu'est qu'il quand quarante quatre que quel quelle quelqu'un "
            "quels qui quoi recu repeter repetez rester rien s'il samedi sans selon semaine semaines sept septembre sera serait ses "
            "seulement soeur soixante sommes sont suis sur touche toujours tous tout toute toutes travail trente tres trois trop tu "
            "une vais vendredi vers veut veux vient vingt vis vit vos votre voudrais vous vous-meme "
        ).split()
    ),
    "it": frozenset(
        (
            "abbiamo accordo adesso affitto agosto aiutare aiuto alla allora altra altre altro anche ancora anni anno aprile "
            "aspetti avere avete aveva avevano avrebbe bene bolletta buongiorno c'e capisce capisco casa cento che chi cinquanta "
            "cinque cinquecento cosa cose d'accordo dal dall dalla dato debito dell delle detto deve devo dice dicembre dieci "
            "domenica dopo duecento e' entro erano essere essi euro fa faccio fatto favore febbraio figli figlia figlio fino fra "
            "fratello gennaio gente gia giorni giovedi giugno gli grazie hai hanno ho indirizzo inglese io italiano l'ho lavoro lei "
            "lentamente lettera loro luglio lui lunedi madre maggio mai malato marito martedi meglio mercoledi mese mesi messo miei "
            "mille mio moglie molto momento natale nel nella nessun nessuna nessuno niente noi non nove novembre oggi ogni ora "
            "ospedale ottanta otto ottobre padre pagare pagato pago parla parlare parlo passi perche perso piano piu poco poi "
            "possiamo posso potrebbe potrei prende prendo prima puo qualcuno quale quali quando quanto quaranta quasi quattro "
            "quella quello questa queste questi questo qui ricevuto ripetere sabato sarebbe scusa scusi se secondo sempre senza "
            "sessanta sette settembre settimana settimane siamo siete signora signore soldi soltanto sono sorella sta stato stesso "
            "stipendio sto sua subito suo ti tra tre trecento trenta tutta tutte tutti tutto un'altra una uno venerdi venti verso "
            "visto vive vivo voglio voi vorrei "
        ).split()
    ),
    "pt": frozenset(
        (
            "abril agora agosto ainda ajuda ajudar alguem aluguel ano anos antes ao aqui ate carta casa cinquenta coisa coisas com "
            "como concordo consegue conseguir conta contra dado depois desculpa desculpe desde desempregado devagar deve devo dez "
            "dezembro dias dinheiro disse divida dizem doente dois duas duzentos ela elas ele eles emprego endereco entao entendo "
            "entre eram espere essa esse esta estamos estao estar estava este estou eu fala falar fale falo favor faz fazem fazer "
            "feito fevereiro filha filho filhos foi foram fui gente havia hoje ingles irma irmao isso isto ja janeiro julho junho "
            "ligar ligue liguem mae maio mais marido melhor mes meses mesmo meu meus mil minha minhas momento morada muita muito "
            "mulher na nada nao natal nenhum nenhuma ninguem nove novembro numa nunca obrigada obrigado oitenta oito onde outra "
            "outro outubro pagar pago paguei pai para passada passado passe pela pelo percebo perdi pode podemos poderia pois por "
            "porque portugues posso posto pouco pra preciso qualquer quando quanto quarenta quarta-feira quase quatro que quem quer "
            "quero quinhentos quinta-feira receber recebo renda repetir repita sabado salario se segunda-feira segundo seis sem "
            "semana semanas sempre senhor senhora ser seria sessenta sete setembro seu sexta-feira sim somente sou sua tambem tem "
            "temos tenho ter terca-feira teria toda todas todos trabalho tres trezentos trinta tudo uma uns vez vinte visto vive "
            "vivo voce voces "
        ).split()
    ),
    "ro": frozenset(
        (
            "aceasta acelasi acesta acord acum adresa afara ai aici ajuta ajutor ajutorul alt alta altul ani apoi aprilie aproape "
            "ar asta astept asteptati atunci avea aveau avem aveti azi bani banii bine bolnav bolnava buna cand casa cat cate ce "
            "cei cele chirie cinci cincizeci cine cineva copii copiii copil craciun cu cum dar dat dati-mi datoria datorie dau "
            "decembrie deja doamna doar doi domnule doua douazeci duminica dumneavoastra dupa dvs ea engleza erau este esti eu fac "
            "factura facut fara fata februarie fi foarte fost frate fusese gresit ia ianuarie iau ii imi inainte inca incet inteleg "
            "intelege intre isi iulie iunie joi l-am lei lire locuiesc lor lucru lucruri lui luna luni m-am mai mama marti martie "
            "mea mei mele mereu meu mi-am mie miercuri mult multumesc munca n-a n-am nicio niciodata niciun nimeni nimic noastra "
            "noi noiembrie nostru noua nu numai oameni octombrie opt optzeci orice pana patru patruzeci pe pentru persoana plata "
            "platesc plati platit poate prea pus putem puteti putin putina rar repeta repetati rog romana romaneste s-a saizeci "
            "salariu salariul sambata saptamana saptamani sapte sase sau scrisoare scuzati scuze septembrie serviciu serviciul sora "
            "sotia sotul spune spus sunati sunt suntem sunteti suta tata ti toata toate toti trebuie trei treizeci tu unde unei "
            "v-am vazut venit vineri voi vorbesc vorbeste vorbiti vrea vreau vreun zece zile ziua "
        ).split()
    ),
    "pl": frozenset(
        (
            "adres albo angielsku beda bede bedzie bez bo byc byl byla bylam bylem byli bylo chce chcialabym chcialbym chora chory "
            "chwila chwile co corka czekac czekam czerwca czerwcu czerwiec czlowiekiem czterdziesci cztery czwartek czynsz dla "
            "dlaczego dlug dni dobry dopiero dostalam dostalem duzo dwa dwadziescia dwiescie dzieci dziecko dziekuje dzien dziesiec "
            "dziewiec dzis dzisiaj dzwoncie dzwonic gdzie grudnia grudniu grudzien ich ile inna inny ja jak jakas jakis jego jej "
            "jesli jest jestem jestesmy jeszcze juz kazda kazdy kiedy kierownik kto ktora ktore ktory ktos kwiecien kwietnia lat "
            "lepiej lipca lipcu lipiec listopad listopada lub ludzie lutego luty lutym maja maju mam mamy marca marcu marzec masz "
            "matka maz mialam mialem mialo miec miedzy miesiac miesiacu miesiecznie mieszkam mnie mniej moga moge moj moja mowi "
            "mowic mowie moze mozemy mozna musze na nad nam nas nic nie niedziela niedziele nigdy nikt od ojciec ona oni osiem "
            "osiemdziesiat osoba pana pani panstwa pazdziernik pazdziernika piatek piec piecdziesiat piecset pieniadze pieniedzy "
            "place placic po poczekac polsku pomoc pomozcie pomylka poniedzialek potem powiedzial powoli powtorzyc praca prace "
            "pracy prawie prosze przed przepraszam przez rachunek ratach raty rok roku rozmawiac rozumie rozumiem rzecz rzeczy sie "
            "siedem sierpien sierpnia sierpniu siostra sobota sobote sroda srode sto styczen stycznia styczniu swieta swietami syn "
            "szesc szescdziesiat szpitalu tak tego teraz troche trzy trzydziesci trzysta tu tutaj ty tydzien tygodni tygodnie tylko "
            "wam wedlug wiecej winien winna wolniej wrzesien wrzesnia wszyscy wszystko wtedy wtorek wy wyplata wyplate zaden zadna "
            "zamierzam zaplace zaplacic zaplacilam zaplacilem zasilek zawsze ze zgadzam zgoda zona "
        ).split()
    ),
    "tl": frozenset(
        (
            "abril agosto akin aking ako akong amin anak ang anim ano apat araw asawa atin ating ay ba bagay bago bakit bawat bayad "
            "bayaran bente binigay biyernes bukas buwan daan dahil dalawa dalawampu dalawang disyembre dito diyan diyes doon enero "
            "ganito ganyan gusto halos hanggang hindi hinihintay ho hulyo hunyo huwag huwebes iba ibang ibigay ikaw isa isang ito "
            "iyan iyon iyong ka kada kailan kami kanila kanya kanyang kapatid kasi kaya kayang kayo ko kundi kung kunin kwarenta "
            "lahat lamang lang libo lima limang linggo lunes mabagal mabuti magbayad magkano marso marunong mayroon mayroong meron "
            "mga misis mister miyerkules mula muna na nagbayad naging nakatira naman namin nanay nang nasa natanggap natin nawalan "
            "ng nga ngayon nila ninyo niya niyang niyo nobyembre noon noong nung nyo oktubre oo opo ospital otsenta pa paano "
            "pagkatapos para pasensya pasko paumanhin pebrero pera pero pito po pumapayag puwede pwede pwedeng raan rin saan sabado "
            "sabi saglit sahod sakit salamat sampu sampung sana sandali setyembre sige siguro singko singkwenta sino sisenta siya "
            "siyam sulat susunod tagalog talaga tao taon tapos tatay tatlo tatlong tatlumpu tayo tinawagan tirahan trabaho trenta "
            "tres tulong tulungan tuwing ulit ulitin upa utang wag wala walang walo yan yata yun yung "
        ).split()
    ),
    "vi": frozenset(
        (
            "ai anh ba bao biết bà bảy bệnh bị bố bốn cha cho chuyện chào chín chú chúng chút chưa chạp chậm chị chịu chồng chờ "
            "chục các cái có cô cũng cả cảm cấp cần của dùm dạ giêng giùm giúp giữa gì góp gặp gọi hai hiểu hoãn hóa hôm hơn hả hết "
            "họ khi khoảng không luôn là làm lãnh lên lòng lý lương lại lắm lỗi mai muốn mà máy mươi mười mất mấy mẹ mọi mỗi một "
            "nay nghìn ngàn ngày người nha nhiêu nhiều nhà nhé nhưng nhầm những nào này nó nói năm nằm nếu nợ nữa phải quá quản ra "
            "rất rồi sao sau sinh sáu sẽ sống theo thuê tháng thêm thì thôi thư thật thế thứ tiếng tiền trăm trước trả trẻ trợ tuần "
            "tám tôi tại tết từ từng uống việc viện việt vui và vào vâng vì vẫn với vợ xin ít ông ăn đang đi điều đây đã đó đô đơn "
            "được đến đều đồng đỡ đủ đừng ơn "
        ).split()
    ),
    "de": frozenset(
        (
            "aber achtzig adresse alle allem alles als andere anderer arbeit auch bei bekomme bekommen besser bezahlen bezahlt "
            "bin's bitte bloss brief bruder chef danach danke dann dass dein deutsch dezember dienstag diese dieser dieses "
            "donnerstag drei dreissig ein eine einem einen einverstanden englisch entschuldigung er erst etwas euch eure falschen "
            "februar frau freitag funf funfhundert funfzig fur geben gegeben gegen gehalt geld gemacht gerade gesagt gesehen gib "
            "gibt gibt's gleich guten hab habe haben haste hatte hatten haus helfen herr heute hier hilfe hundert ich ihnen ihr "
            "ihre ihrem ihren immer ist jahr jahre januar jede jeder jedes jemand jetzt juli juni kann kein keine keinen kinder "
            "konnen konnte konto krank krankenhaus langsam langsamer laut leider letzten leute lohn mache machen maerz mai manche "
            "mann marz mehr mein meine meinem meinen meiner mich miete mir mittwoch mochte moment monat monate montag muss mussen "
            "mutter nach nachste nachsten neun nicht nichts nie noch nur oder ohne oktober rechnung sache sagt samstag schon "
            "schulden schwester sechs sechzig sehr seid seit sie sieben sind sonntag spreche sprechen spricht tage und uns vater "
            "verbinden verstehe versteht viel vier vierzig vom vor wann warte warten warum weihnachten weil welche welcher wenig "
            "wenn wer werde werden wie wieder wiederholen wir wird wirklich wo woche wochen wohne wohnt worden wurde wurden zahle "
            "zahlen zehn zwanzig zwei zweihundert zwischen "
        ).split()
    ),
}
"""BCP 47 tag to words; disjoint from `ENGLISH_WORDS`."""
