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
exec "$TEST_NODE" "$@"
