#include <linux/module.h>
#include <linux/slab.h>
#include <linux/ktime.h>
#ifdef PEER
#define MODULE_X
#endif
static void *slot[4096];
static u32 rs=12345; static inline u32 rng(void){u32 x=rs;x^=x<<13;x^=x>>17;x^=x<<5;return rs=x;}
#define RUN(name, ...) do { u64 best=~0ull; for(int q=0;q<7;q++){ u64 t=ktime_get_ns(); for(int i=0;i<1000000;i++){ __VA_ARGS__ } t=ktime_get_ns()-t; if(t<best)best=t;} pr_info("%-14s %llu.%02llu\n",name,(unsigned long long)(best/1000000),(unsigned long long)(best/10000%100)); for(int i=0;i<4096;i++){kfree(slot[i]);slot[i]=NULL;} } while(0)
static int __init vi(void){
 RUN("rng only", u32 r=rng(); slot[0]=(void*)0; asm volatile(""::"r"(r)); );
 RUN("seq 64", u32 r=rng(); u32 k=i%4096; asm volatile(""::"r"(r)); kfree(slot[k]); slot[k]=kmalloc(64,GFP_KERNEL); *(volatile char*)slot[k]=1; );
 RUN("rand 64", u32 r=rng(); u32 k=r%4096; kfree(slot[k]); slot[k]=kmalloc(64,GFP_KERNEL); *(volatile char*)slot[k]=1; );
 RUN("rand var64", u32 r=rng(); u32 k=r%4096; volatile size_t s=64; kfree(slot[k]); slot[k]=kmalloc(s,GFP_KERNEL); *(volatile char*)slot[k]=1; );
 RUN("rand 64/128", u32 r=rng(); u32 k=r%4096; size_t s=64+((r>>20)&64); kfree(slot[k]); slot[k]=kmalloc(s,GFP_KERNEL); *(volatile char*)slot[k]=1; );
 RUN("rand 8..128", u32 r=rng(); u32 k=r%4096; size_t s=8+((r>>20)&127); kfree(slot[k]); slot[k]=kmalloc(s,GFP_KERNEL); *(volatile char*)slot[k]=1; );
 RUN("seq 8..128", u32 r=rng(); u32 k=i%4096; size_t s=8+((r>>20)&127); kfree(slot[k]); slot[k]=kmalloc(s,GFP_KERNEL); *(volatile char*)slot[k]=1; );
 RUN("churn", u32 r=rng(); u32 k=r%4096; size_t s=8 + ((r >> 12) & ((16u << ((r >> 28) & 7)) - 1)); kfree(slot[k]); slot[k]=kmalloc(s,GFP_KERNEL); *(volatile char*)slot[k]=1; );
 return 0;}
module_init(vi);
