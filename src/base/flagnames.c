/* SPDX-License-Identifier: MIT */
/* Flag words as names, and errno names: what %pGg, %pGp and %pe print. */
#include <linux/errno.h>
#include <linux/gfp_types.h>
#include <linux/kernel.h>
#include <linux/page-flags.h>
#include <kmemkit/vm_bits.h>
#include "format.h"

struct name { unsigned long bits; const char *name; };

/* Sets before their members: the first that fits whole is taken, largest first. */
static const struct name gfp_names[] = {
	{ GFP_TRANSHUGE, "GFP_TRANSHUGE" }, { GFP_TRANSHUGE_LIGHT, "GFP_TRANSHUGE_LIGHT" },
	{ GFP_HIGHUSER_MOVABLE, "GFP_HIGHUSER_MOVABLE" }, { GFP_HIGHUSER, "GFP_HIGHUSER" },
	{ GFP_USER, "GFP_USER" }, { GFP_KERNEL_ACCOUNT, "GFP_KERNEL_ACCOUNT" },
	{ GFP_KERNEL, "GFP_KERNEL" }, { GFP_NOFS, "GFP_NOFS" }, { GFP_ATOMIC, "GFP_ATOMIC" },
	{ GFP_NOIO, "GFP_NOIO" }, { GFP_NOWAIT, "GFP_NOWAIT" }, { GFP_DMA, "GFP_DMA" },
	{ ___GFP_HIGHMEM, "__GFP_HIGHMEM" }, { GFP_DMA32, "GFP_DMA32" }, { ___GFP_HIGH, "__GFP_HIGH" },
	{ ___GFP_ATOMIC, "__GFP_ATOMIC" }, { ___GFP_IO, "__GFP_IO" }, { ___GFP_FS, "__GFP_FS" },
	{ ___GFP_NOWARN, "__GFP_NOWARN" }, { ___GFP_RETRY_MAYFAIL, "__GFP_RETRY_MAYFAIL" },
	{ ___GFP_NOFAIL, "__GFP_NOFAIL" }, { ___GFP_NORETRY, "__GFP_NORETRY" }, { ___GFP_COMP, "__GFP_COMP" },
	{ ___GFP_ZERO, "__GFP_ZERO" }, { ___GFP_NOMEMALLOC, "__GFP_NOMEMALLOC" },
	{ ___GFP_MEMALLOC, "__GFP_MEMALLOC" }, { ___GFP_HARDWALL, "__GFP_HARDWALL" },
	{ ___GFP_THISNODE, "__GFP_THISNODE" }, { ___GFP_RECLAIMABLE, "__GFP_RECLAIMABLE" },
	{ ___GFP_MOVABLE, "__GFP_MOVABLE" }, { ___GFP_ACCOUNT, "__GFP_ACCOUNT" },
	{ ___GFP_WRITE, "__GFP_WRITE" },
	{ ___GFP_DIRECT_RECLAIM | ___GFP_KSWAPD_RECLAIM, "__GFP_RECLAIM" },
	{ ___GFP_DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM" }, { ___GFP_KSWAPD_RECLAIM, "__GFP_KSWAPD_RECLAIM" },
	{ ___GFP_ZEROTAGS, "__GFP_ZEROTAGS" },
	{ ___GFP_HIGHIO, "__GFP_HIGHIO" }, { ___GFP_CLASSIC, "classic" },
};

static const struct name page_names[] = {
	{ 1UL << PG_locked, "locked" }, { 1UL << PG_waiters, "waiters" }, { 1UL << PG_error, "error" },
	{ 1UL << PG_referenced, "referenced" }, { 1UL << PG_uptodate, "uptodate" },
	{ 1UL << PG_dirty, "dirty" }, { 1UL << PG_lru, "lru" }, { 1UL << PG_active, "active" },
	{ 1UL << PG_workingset, "workingset" }, { 1UL << PG_slab, "slab" },
	{ 1UL << PG_owner_priv_1, "owner_priv_1" }, { 1UL << PG_arch_1, "arch_1" },
	{ 1UL << PG_reserved, "reserved" }, { 1UL << PG_private, "private" },
	{ 1UL << PG_private_2, "private_2" }, { 1UL << PG_writeback, "writeback" }, { 1UL << PG_head, "head" },
	{ 1UL << PG_mappedtodisk, "mappedtodisk" }, { 1UL << PG_reclaim, "reclaim" },
	{ 1UL << PG_swapbacked, "swapbacked" }, { 1UL << PG_unevictable, "unevictable" },
	{ 1UL << PG_mlocked, "mlocked" }, { 1UL << PG_buddy, "buddy" }, { 1UL << PG_tail, "tail" },
	{ 1UL << PG_large, "large" }, { 1UL << PG_movable, "movable" },
};

static const struct name vm_names[] = {
	{ VM_READ, "read" }, { VM_WRITE, "write" }, { VM_EXEC, "exec" }, { VM_SHARED, "shared" },
	{ VM_MAYREAD, "mayread" }, { VM_MAYWRITE, "maywrite" }, { VM_MAYEXEC, "mayexec" },
	{ VM_MAYSHARE, "mayshare" }, { VM_GROWSDOWN, "growsdown" }, { VM_PFNMAP, "pfnmap" },
	{ VM_LOCKED, "locked" }, { VM_IO, "io" }, { VM_SEQ_READ, "seqread" }, { VM_RAND_READ, "randread" },
	{ VM_DONTCOPY, "dontcopy" }, { VM_DONTEXPAND, "dontexpand" }, { VM_LOCKONFAULT, "lockonfault" },
	{ VM_ACCOUNT, "account" }, { VM_NORESERVE, "noreserve" }, { VM_HUGETLB, "hugetlb" },
	{ VM_DONTDUMP, "dontdump" }, { VM_MIXEDMAP, "mixedmap" }, { VM_HUGEPAGE, "hugepage" },
	{ VM_NOHUGEPAGE, "nohugepage" }, { VM_MERGEABLE, "mergeable" },
};

static const struct kmk_spec plain = { .precision = -1, .base = 10 };
static const struct kmk_spec hex = { .flags = F_ALT, .precision = -1, .base = 16 };

/* Bits without a name are printed as a number behind the names. */
static void out_names(struct kmk_out *o, unsigned long flags, const struct name *names, size_t n)
{
	bool first = true;

	for (size_t i = 0; i < n && flags; i++) {
		if ((flags & names[i].bits) != names[i].bits)
			continue;
		flags &= ~names[i].bits;
		if (!first)
			kmk_out_char(o, '|');
		first = false;
		kmk_out_string(o, names[i].name, plain);
	}
	if (flags) {
		if (!first)
			kmk_out_char(o, '|');
		kmk_out_number(o, flags, hex);
	}
}

void kmk_out_gfp(struct kmk_out *o, unsigned long flags, struct kmk_spec s)
{
	(void)s;
	out_names(o, flags, gfp_names, ARRAY_SIZE(gfp_names));
}

void kmk_out_page_flags(struct kmk_out *o, unsigned long flags, struct kmk_spec s)
{
	(void)s;
	flags &= (1UL << KMK_PAGE_FIELDS_SHIFT) - 1;
	kmk_out_number(o, flags, hex);
	kmk_out_char(o, '(');
	out_names(o, flags & PAGEFLAGS_MASK, page_names, ARRAY_SIZE(page_names));
	kmk_out_char(o, ')');
}

void kmk_out_vm_flags(struct kmk_out *o, unsigned long flags)
{
	out_names(o, flags, vm_names, ARRAY_SIZE(vm_names));
}

#define E(n) case n: return #n
const char *kmk_errname(int err)
{
	switch (err < 0 ? -err : err) {
	E(EPERM); E(ENOENT); E(ESRCH); E(EINTR); E(EIO); E(ENXIO); E(E2BIG); E(ENOEXEC); E(EBADF);
	E(ECHILD); E(EAGAIN); E(ENOMEM); E(EACCES); E(EFAULT); E(ENOTBLK); E(EBUSY); E(EEXIST); E(EXDEV);
	E(ENODEV); E(ENOTDIR); E(EISDIR); E(EINVAL); E(ENFILE); E(EMFILE); E(ENOTTY); E(ETXTBSY); E(EFBIG);
	E(ENOSPC); E(ESPIPE); E(EROFS); E(EMLINK); E(EPIPE); E(EDOM); E(ERANGE); E(EDEADLK);
	E(ENAMETOOLONG); E(ENOLCK); E(ENOSYS); E(ENOTEMPTY); E(ELOOP); E(ENOMSG); E(EIDRM); E(ECHRNG);
	E(EL2NSYNC); E(EL3HLT); E(EL3RST); E(ELNRNG); E(EUNATCH); E(ENOCSI); E(EL2HLT); E(EBADE); E(EBADR);
	E(EXFULL); E(ENOANO); E(EBADRQC); E(EBADSLT); E(EBFONT); E(ENOSTR); E(ENODATA); E(ETIME); E(ENOSR);
	E(ENONET); E(ENOPKG); E(EREMOTE); E(ENOLINK); E(EADV); E(ESRMNT); E(ECOMM); E(EPROTO);
	E(EMULTIHOP); E(EDOTDOT); E(EBADMSG); E(EOVERFLOW); E(ENOTUNIQ); E(EBADFD); E(EREMCHG); E(ELIBACC);
	E(ELIBBAD); E(ELIBSCN); E(ELIBMAX); E(ELIBEXEC); E(EILSEQ); E(ERESTART); E(ESTRPIPE); E(EUSERS);
	E(ENOTSOCK); E(EDESTADDRREQ); E(EMSGSIZE); E(EPROTOTYPE); E(ENOPROTOOPT); E(EPROTONOSUPPORT);
	E(ESOCKTNOSUPPORT); E(EOPNOTSUPP); E(EPFNOSUPPORT); E(EAFNOSUPPORT); E(EADDRINUSE);
	E(EADDRNOTAVAIL); E(ENETDOWN); E(ENETUNREACH); E(ENETRESET); E(ECONNABORTED); E(ECONNRESET);
	E(ENOBUFS); E(EISCONN); E(ENOTCONN); E(ESHUTDOWN); E(ETOOMANYREFS); E(ETIMEDOUT); E(ECONNREFUSED);
	E(EHOSTDOWN); E(EHOSTUNREACH); E(EALREADY); E(EINPROGRESS); E(ESTALE); E(EUCLEAN); E(ENOTNAM);
	E(ENAVAIL); E(EISNAM); E(EREMOTEIO); E(EDQUOT); E(ENOMEDIUM); E(EMEDIUMTYPE); E(ECANCELED);
	E(ENOKEY); E(EKEYEXPIRED); E(EKEYREVOKED); E(EKEYREJECTED); E(EOWNERDEAD); E(ENOTRECOVERABLE);
	E(ERFKILL); E(EHWPOISON); E(ERESTARTSYS); E(ERESTARTNOINTR); E(ERESTARTNOHAND); E(ENOIOCTLCMD);
	E(EOPENSTALE); E(ENOPARAM); E(EBADHANDLE); E(ENOTSYNC); E(EBADCOOKIE); E(ENOTSUPP); E(ETOOSMALL);
	E(ESERVERFAULT); E(EBADTYPE); E(EJUKEBOX); E(EIOCBQUEUED); E(ERECALLCONFLICT); E(ENOGRACE);
	E(ERESTART_RESTARTBLOCK); E(EPROBE_DEFER);
	}
	return NULL;
}
