# SPDX-License-Identifier: MIT
# Wrong usage: status 2, and the message names the token. Sourced by run.sh.
good=$cases/speaker.c
check "version" 0 'out:^kmemkit [0-9]' -- "$kmemkit" --version
check "help" 0 'out:run FILE.c' -- "$kmemkit" --help
check "help of run" 0 'out:--timeout' 'out:Exit status' -- "$kmemkit" run --help
check "classes" 0 'out:^kmalloc-96 +96 ' 'out:^kmalloc-128k ' 'out:is 0[.](0|1|2[0-4])[0-9]* on average' -- "$kmemkit" classes
check "classes, classic" 0 'out:^kmalloc-32 ' 'noout:kmalloc-(96|16|8) ' -- "$kmemkit" classes --classic
check "unknown option of classes" 2 "err:'--frob'" -- "$kmemkit" classes --frob
check "no compiler for classes" 3 "err:nocompiler" -- env CC=nocompiler "$kmemkit" classes
check "no command" 2 'err:no command' -- "$kmemkit"
check "unknown command" 2 "err:'frob'" -- "$kmemkit" frob
check "unknown option of kmemkit" 2 "err:'--frob'" -- "$kmemkit" --frob
check "unknown option of run" 2 "err:'--frob'" -- "$kmemkit" run --frob "$good"
check "no file" 2 'err:no file given' -- "$kmemkit" run
check "missing file" 2 "err:'nosuch.c': No such file" -- "$kmemkit" run nosuch.c
check "a folder" 2 "err:'$cases'" -- "$kmemkit" run "$cases"
check "not a C file" 2 "err:'$here/run.sh' is not a C file" -- "$kmemkit" run "$here/run.sh"
check "second file missing" 2 "err:'nosuch.c'" -- "$kmemkit" run "$good" nosuch.c
check "param without value" 2 "err:'count'" -- "$kmemkit" run --param count "$good"
check "param without name" 2 "err:'=3'" -- "$kmemkit" run --param =3 "$good"
check "param with module only" 2 "err:'params.=3'" -- "$kmemkit" run --param params.=3 "$good"
check "timeout zero" 2 "err:'0'" -- "$kmemkit" run --timeout 0 "$good"
check "timeout with unit" 2 "err:'3s'" -- "$kmemkit" run --timeout 3s "$good"
check "timeout negative" 2 "err:'-1'" -- "$kmemkit" run --timeout=-1 "$good"
check "jobs" 2 "err:'many'" -- "$kmemkit" run --jobs many "$good"
check "level" 2 "err:'9'" -- "$kmemkit" run -O9 "$good"
check "include folder" 2 "err:'nodir'" -- "$kmemkit" run -I nodir "$good"
check "borrow folder" 2 "err:'nodir'" -- "$kmemkit" run --borrow nodir "$good"
check "borrow is a file" 2 "err:not a directory" -- "$kmemkit" run --borrow "$good" "$good"
check "option without its value" 2 "err:--borrow" -- "$kmemkit" run "$good" --borrow
check "proc" 2 "err:'frob'" -- "$kmemkit" run --proc buddyinfo,frob "$good"
check "no compiler" 3 "err:'nocompiler'" -- env CC=nocompiler "$kmemkit" run "$good"
