/* SPDX-License-Identifier: MIT */
/*
 * Which of three worlds includes us. The core (KMK_CORE) and kernel-style sources (__KERNEL__) see
 * our headers and the compiler's only. Everything else is mixed: libc's headers are reachable, may
 * come before or after ours, and libc's own typedefs win.
 */
#ifndef KMEMKIT_PROFILE_H
#define KMEMKIT_PROFILE_H

#if defined(__KERNEL__) || defined(KMK_CORE)
#define KMK_MIXED	0
#else
#define KMK_MIXED	1
#endif

#if defined(__SANITIZE_THREAD__)
#define KMK_TSAN	1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define KMK_TSAN	1
#else
#define KMK_TSAN	0
#endif
#else
#define KMK_TSAN	0
#endif

#endif
