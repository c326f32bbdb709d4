/* prng.c: the generator behind invented people; the seed decides it all. */
#include "sim.h"

/* SplitMix64: one addition and three mixes. */
uint64_t
prng_next(struct prng *p)
{
	uint64_t z = p->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

int
prng_below(struct prng *p, int n)
{
	return n <= 0 ? 0 : (int)(prng_next(p) % (uint64_t)n);
}
