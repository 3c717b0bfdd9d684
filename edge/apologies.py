"""The reply to somebody who speaks another language than English: an apology and a person, in their own words.

Languages, by the people who speak them at home: in the United States (American Community Survey 2019, in millions, rounded)
Spanish 41.8, Chinese 3.5, Tagalog 1.8, Vietnamese 1.6, Arabic 1.3, French 1.2, Korean 1.1, Russian 0.9; in England and Wales
(Census 2021, main language, in thousands) Polish 612, Romanian 472, Panjabi 291, Urdu 270, Portuguese 225, Spanish 215,
Arabic 204, Bengali 199, Gujarati 189, Italian 160. Hindi and German stand beside them.

The person may not be verified yet: nothing is said of an account (G3), and no time is promised.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .language import ENGLISH

__all__ = ["APOLOGIES", "apology"]

APOLOGIES: Final[Mapping[str, str]] = {
    "en": "I am sorry, I only speak English. A colleague will help you.",
    "es": "Lo siento, solo hablo inglés. Una persona de nuestro equipo le ayudará.",
    "zh": "很抱歉，我只会说英语。我的同事会来帮助您。",
    "tl": "Paumanhin po, Ingles lang po ang alam kong wika. Tutulungan po kayo ng isa naming kasamahan.",
    "vi": "Xin lỗi quý khách, tôi chỉ nói được tiếng Anh. Đồng nghiệp của tôi sẽ giúp quý khách.",
    "ar": "عذرًا، لا أتحدث سوى الإنجليزية. سيتولى أحد الزملاء مساعدتك.",
    "fr": "Veuillez m'excuser, je ne parle que l'anglais. Un membre de notre équipe va vous aider.",
    "ko": "죄송합니다만 저는 영어만 할 수 있습니다. 저희 직원이 도와드리겠습니다.",
    "ru": "Извините, я говорю только по-английски. Вам поможет наш сотрудник.",
    "pl": "Przepraszam, mówię tylko po angielsku. Przekazuję rozmowę osobie z naszego zespołu, która chętnie pomoże.",
    "ro": "Îmi pare rău, vorbesc doar engleza. Un coleg vă va ajuta.",
    "pa": "ਮਾਫ਼ ਕਰਨਾ ਜੀ, ਮੈਨੂੰ ਸਿਰਫ਼ ਅੰਗਰੇਜ਼ੀ ਆਉਂਦੀ ਹੈ। ਸਾਡੇ ਇੱਕ ਸਾਥੀ ਤੁਹਾਡੀ ਮਦਦ ਕਰਨਗੇ।",
    "ur": "معذرت، مجھے صرف انگریزی آتی ہے۔ ہمارے ایک ساتھی آپ کی مدد کریں گے۔",
    "pt": "Desculpe, só falo inglês. Vou passar a conversa a um colega, que vai ajudar.",
    "hi": "क्षमा कीजिए, मुझे केवल अंग्रेज़ी आती है। हमारे एक सहकर्मी आपकी मदद करेंगे।",
    "bn": "দুঃখিত, আমি শুধু ইংরেজি বলতে পারি। আমাদের একজন সহকর্মী আপনাকে সাহায্য করবেন।",
    "gu": "માફ કરશો, મને ફક્ત અંગ્રેજી આવડે છે. અમારા એક સાથી તમને મદદ કરશે.",
    "it": "Mi dispiace, parlo solo inglese. Un mio collega la aiuterà.",
    "de": "Es tut mir leid, ich spreche nur Englisch. Jemand aus unserem Team wird Ihnen helfen.",
}
"""BCP 47 primary tag to the whole reply, two sentences each."""


def apology(language: str) -> str:
    """The reply in that language; the English one where it is not among `APOLOGIES`, since a person takes over all the same."""
    return APOLOGIES.get(language, APOLOGIES[ENGLISH])
