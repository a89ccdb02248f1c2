/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_INSTRUMENTED_H
#define _LINUX_INSTRUMENTED_H

#define instrument_read(v, size)		do { (void)(v); } while (0)
#define instrument_write(v, size)		do { (void)(v); } while (0)
#define instrument_read_write(v, size)		do { (void)(v); } while (0)
#define instrument_atomic_read(v, size)		do { (void)(v); } while (0)
#define instrument_atomic_write(v, size)	do { (void)(v); } while (0)
#define instrument_atomic_read_write(v, size)	do { (void)(v); } while (0)

#endif
