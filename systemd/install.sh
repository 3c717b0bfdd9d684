#!/bin/sh
# Installs, updates or removes the service on Debian 12 and Raspberry Pi OS (64 bit). Running it again changes nothing
# that an administrator has set.
set -eu

usage() {
    cat <<'EOF'
Usage: sh systemd/install.sh [--now] [--no-venv] [--python PROGRAM] [--root FOLDER]
       sh systemd/install.sh --uninstall [--purge] [--root FOLDER]

  --now             start the service, or restart it after an update (default: it starts at the next boot)
  --no-venv         leave /opt/eqneg/venv as it is: only unit, user, folders, sample settings
  --python PROGRAM  interpreter for the virtual environment, 3.11 to 3.13 (default: python3)
  --root FOLDER     put everything below FOLDER and touch nothing that runs (default: $DESTDIR, or the running system)
  --uninstall       remove program, unit and cache; settings, credential, data and user stay
  --purge           with --uninstall: remove those too
EOF
}

say() { printf '%s\n' "$*"; }
fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}
misuse() {
    printf 'install.sh: %s\n' "$*" >&2
    usage >&2
    exit 2
}

start=no venv=yes uninstall=no purge=no python=python3 root=${DESTDIR:-}
while [ $# -gt 0 ]; do
    case $1 in
        --now) start=yes ;;
        --no-venv) venv=no ;;
        --uninstall) uninstall=yes ;;
        --purge) purge=yes ;;
        --python | --root)
            if [ $# -lt 2 ] || [ -z "$2" ]; then misuse "$1 needs a value"; fi
            if [ "$1" = --python ]; then python=$2; else root=$2; fi
            shift
            ;;
        -h | --help) usage; exit 0 ;;
        *) misuse "unknown option $1" ;;
    esac
    shift
done
[ "$purge" = no ] || [ "$uninstall" = yes ] || misuse "--purge goes with --uninstall"
[ -z "$root" ] || [ "$start" = no ] || misuse "--now starts a service; there is none below --root"

umask 022
source=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
if [ -n "$root" ]; then
    mkdir -p -- "$root"
    root=$(CDPATH='' cd -- "$root" && pwd)
    [ "$root" != / ] || root=
fi

program=$root/opt/eqneg
command=$root/usr/local/bin/eqneg
# The administrator's own versions go to /etc and win over these, so an update may replace these.
unit=$root/usr/local/lib/systemd/system/eqneg.service
sysusers=$root/usr/local/lib/sysusers.d/eqneg.conf
tmpfiles=$root/usr/local/lib/tmpfiles.d/eqneg.conf
settings=$root/etc/eqneg/eqneg.toml
credential=$root/etc/credstore/eqneg.mqtt_password

systemd_runs() { [ -z "$root" ] && [ -d /run/systemd/system ]; }

check_system() {
    [ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail "needs root: sudo sh systemd/install.sh"
    command -v systemctl >/dev/null || fail "systemctl is missing; only systemd can run this service"
    [ -n "$root" ] || [ -f /etc/debian_version ] ||
        fail "this is neither Debian nor Raspberry Pi OS; see systemd/README.md for the steps by hand"
}

check_python() {
    command -v "$python" >/dev/null || fail "$python is missing: apt install python3 python3-venv"
    "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' ||
        fail "$("$python" --version) does not fit: 3.11 to 3.13 is needed; name another one with --python"
    "$python" -c 'import sys; sys.exit(sys.maxsize < 2**32)' ||
        fail "$python is a 32-bit program, for which onnxruntime does not exist; install the 64-bit system"
    "$python" -c 'import ensurepip, venv' 2>/dev/null || fail "$python cannot make environments: apt install python3-venv"
}

install_venv() {
    build=$(mktemp -d)
    trap 'rm -rf -- "$build"' EXIT
    # From a copy: a build in the checkout would leave files of root there, and would pack what an earlier one left.
    (cd -- "$source" && tar -cf - --exclude=__pycache__ setup.cfg pyproject.toml README.md edge kernels models bench) |
        tar -xf - -C "$build"
    mkdir -p -- "$program"
    # An upgrade of the system's Python leaves an environment that no longer finds its packages.
    "$program/venv/bin/python" -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear "$program/venv"
    "$program/venv/bin/python" -m pip install --disable-pip-version-check --no-input "$build"
    rm -rf -- "$build"
    trap - EXIT
}

install_files() {
    here=$source/systemd
    # Once: an administrator who has disabled the service does not want an update to enable it.
    if [ -e "$unit" ]; then enable=no; else enable=yes; fi
    install -D -m 0644 -- "$here/eqneg.service" "$unit"
    install -D -m 0644 -- "$here/eqneg.sysusers" "$sysusers"
    install -D -m 0644 -- "$here/eqneg.tmpfiles" "$tmpfiles"
    mkdir -p -- "${command%/*}"
    ln -sfn -- /opt/eqneg/venv/bin/eqneg "$command"
    if [ -e "$settings" ]; then
        say "kept: $settings (new keys: compare with $here/eqneg.toml)"
    else
        install -d -m 0750 -- "${settings%/*}"
        install -m 0640 -- "$here/eqneg.toml" "$settings"
    fi
}

register() {
    if [ -n "$root" ]; then
        # User, folders and their owners come at the first boot of this tree.
        [ "$enable" = no ] || systemctl --root="$root" enable eqneg.service
        return
    fi
    systemd-sysusers "$sysusers"
    systemd-tmpfiles --create "$tmpfiles"
    if systemd_runs; then systemctl daemon-reload; fi
    [ "$enable" = no ] || systemctl enable eqneg.service
    if [ "$start" = yes ]; then
        systemd_runs || fail "--now: systemd does not run here; the service is installed and starts at the next boot"
        systemctl restart eqneg.service
    fi
}

next_steps() {
    say ""
    say "Installed. Next:"
    say "  1. settings:  sudoedit $settings, then: sudo -u eqneg eqneg check --config $settings"
    say "  2. password:  only if the broker asks for one: see 'Credentials' in $source/systemd/README.md"
    say "  3. accounts:  sudo -u eqneg eqneg accounts import FILE.csv --config $settings"
    if [ "$start" = yes ]; then
        say "  4. watch it:  systemctl status eqneg; journalctl -fu eqneg"
    else
        say "  4. start it:  sudo systemctl restart eqneg; journalctl -fu eqneg"
    fi
}

remove() {
    if [ -n "$root" ]; then
        [ ! -e "$unit" ] || systemctl --root="$root" disable eqneg.service
    elif [ -e "$unit" ]; then
        if systemd_runs; then systemctl disable --now eqneg.service; else systemctl disable eqneg.service; fi
    fi
    rm -f -- "$unit" "$sysusers" "$tmpfiles" "$command"
    rm -rf -- "$program/venv" "$root/var/cache/eqneg"
    [ ! -d "$program" ] || rmdir --ignore-fail-on-non-empty -- "$program"
    if systemd_runs; then systemctl daemon-reload; fi
    if [ "$purge" = no ]; then
        say "Removed. Kept: $root/etc/eqneg, $root/var/lib/eqneg, $credential, user eqneg; remove them too with --uninstall --purge"
        return
    fi
    rm -rf -- "$root/etc/eqneg" "$root/etc/systemd/system/eqneg.service.d" "$root/var/lib/eqneg"
    rm -f -- "$credential"
    if [ -z "$root" ] && getent passwd eqneg >/dev/null; then userdel eqneg; fi
    say "Removed, with settings, data and user."
}

check_system
if [ "$uninstall" = yes ]; then
    remove
    exit 0
fi
if [ "$venv" = yes ]; then
    check_python
    install_venv
fi
install_files
register
next_steps
