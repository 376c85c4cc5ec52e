#!/bin/sh
# Node as `test/run.ts` was started with it, without the loaders that tap has each test file load. They watch
# for coverage and mocks, of which there are none here, and take longer than most of the tests; and they add
# themselves to the environment of every program that a test starts. Source maps are for `test/run.ts` to ask for.
for word do
  shift
  case $word in
    --import=*/@tapjs/*) ;;
    --enable-source-maps) set -- "$@" $TEST_SOURCE_MAPS ;;
    *) set -- "$@" "$word" ;;
  esac
done
unset NODE_OPTIONS

# In a network namespace of its own, inside that of all: what floods it, or has packets dropped in it, concerns
# no other file. Its table of connections is small, decision 0032.
ip=$(PATH="$PATH:/usr/sbin:/sbin" command -v ip)
if [ -n "$PIPEWRENCH_SANDBOX" ] && [ -n "$ip" ]; then
  { echo 4096 >/proc/sys/net/ipv4/tcp_child_ehash_entries; } 2>/dev/null
  TEST_NAMESPACE=own exec unshare --net /bin/sh -c '"$0" link set lo up && exec "$@"' "$ip" "$TEST_NODE" "$@"
fi
exec "$TEST_NODE" "$@"
