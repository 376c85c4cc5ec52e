#!/bin/sh
# Checks that Node.js and npm are there and new enough, and installs tcpdump, strace and nftables when
# they are missing and this may. Exit 1: nothing can run. Exit 0: it can, and what it cannot do is said.
set -eu

node_wanted='20.12'
# Distributions put tcpdump where the PATH of an unprivileged user does not look.
sbin_folders=${SETUP_SBIN_FOLDERS-/usr/local/sbin /usr/sbin /sbin}

say() { printf 'setup: %s\n' "$*" >&2; }

stop() {
  printf 'setup: expected %s\n       found %s\n       next: %s\n' "$1" "$2" "$3" >&2
  exit 1
}

has() {
  if command -v "$1" >/dev/null 2>&1; then return 0; fi
  for folder in $sbin_folders; do
    if [ -x "$folder/$1" ]; then return 0; fi
  done
  return 1
}

check_node() {
  next="install Node.js $node_wanted or newer from https://nodejs.org or with your version manager, and see that it is first on the PATH"
  command -v node >/dev/null 2>&1 || stop "Node.js >= $node_wanted" 'no node on the PATH' "$next"
  found=$(node --version 2>&1) || stop "Node.js >= $node_wanted" "a node that does not start: $found" "$next"
  version=${found#v}
  major=${version%%.*}
  rest=${version#*.}
  minor=${rest%%.*}
  case "$major$minor" in
    '' | *[!0-9]*) stop "Node.js >= $node_wanted" "a node that calls itself '$found'" "$next" ;;
  esac
  if [ "$major" -lt "${node_wanted%.*}" ] ||
    { [ "$major" -eq "${node_wanted%.*}" ] && [ "$minor" -lt "${node_wanted#*.}" ]; }; then
    stop "Node.js >= $node_wanted" "$found at $(command -v node)" "$next"
  fi
  command -v npm >/dev/null 2>&1 || stop 'npm' 'no npm on the PATH' \
    'install npm: it comes with Node.js from nodejs.org, and some distributions package it apart (apt-get install npm)'
}

# The command that installs packages here. Empty: no package manager that is known.
install_command() {
  if has apt-get; then
    echo 'apt-get install -y --no-install-recommends'
  elif has dnf; then
    echo 'dnf install -y'
  elif has apk; then
    echo 'apk add'
  elif has pacman; then
    echo 'pacman -S --noconfirm --needed'
  elif has zypper; then
    echo 'zypper --non-interactive install'
  fi
}

# Runs a command as root, bounded in time and with nobody to ask.
as_root() {
  if timeout --foreground 1 true 2>/dev/null; then
    set -- timeout --foreground 300 "$@"
  elif has timeout; then
    set -- timeout 300 "$@"
  fi
  set -- env DEBIAN_FRONTEND=noninteractive "$@"
  if [ "$(id -u)" != 0 ]; then set -- sudo -n "$@"; fi
  "$@" </dev/null
}

may_install() {
  [ "$(id -u)" = 0 ] || { has sudo && sudo -n true </dev/null 2>/dev/null; }
}

# $1: the command that installs, in one string; the rest: packages.
install_packages() {
  installer=$1
  shift
  # shellcheck disable=SC2086 # the command is split into its words
  set -- $installer "$@"
  if [ "$1" = apt-get ]; then
    shift
    set -- apt-get -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o DPkg::Lock::Timeout=60 "$@"
    # The index of a fresh container is empty. It is fetched only when the install cannot do without.
    if as_root "$@" 2>/dev/null; then return 0; fi
    as_root apt-get -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=20 update
  fi
  as_root "$@"
}

# Packages, called alike by every package manager that is known here.
missing_packages() {
  list=
  for package in tcpdump strace nftables; do
    case $package in
      # Its library is what is used, and the program comes with it.
      nftables) program=nft ;;
      *) program=$package ;;
    esac
    if ! has "$program"; then list="$list $package"; fi
  done
  echo "${list# }"
}

tell_what_is_missing() {
  for package in $1; do
    case $package in
      tcpdump) say 'tcpdump is missing: pipewrench captures packets itself' ;;
      strace) say 'strace is missing: the system calls of clients in other processes are not recorded' ;;
      nftables) say 'nft is missing: no packets can be lost on purpose, so scenarios that do are unknown' ;;
    esac
  done
  prefix=
  if [ "$(id -u)" != 0 ]; then prefix='sudo '; fi
  if [ -n "$2" ]; then
    say "next: $prefix$2 $1"
  else
    say "next: install $1 with the package manager of this system"
  fi
}

check_node
missing=$(missing_packages)
if [ -n "$missing" ]; then
  installer=$(install_command)
  if [ -n "$installer" ] && may_install; then
    say "installing $missing"
    # shellcheck disable=SC2086 # one word per package
    install_packages "$installer" $missing >/dev/null || say 'the installation failed'
    missing=$(missing_packages)
  fi
  if [ -n "$missing" ]; then tell_what_is_missing "$missing" "$installer"; fi
fi
