/*
 * Division of 64-bit numbers in 32-bit programs: the compiler calls these, under names that AIX's libc does not have. A bit at a time is
 * fast enough for the few that sendmail does.
 */
#ifndef __64BIT__
typedef unsigned long long wide;

static wide divide(wide a, wide b, wide *rest)
{
	wide quotient = 0, r = 0;

	for (int bit = 63; bit >= 0; bit--) {
		int carry = (int)(r >> 63);
		r = r << 1 | (a >> bit & 1);
		if (carry || r >= b) {
			r -= b;
			quotient |= 1ULL << bit;
		}
	}
	*rest = r;
	return quotient;
}

static wide magnitude(long long n) { return n < 0 ? -(wide)n : (wide)n; }

wide __udivdi3(wide a, wide b) { wide rest; return divide(a, b, &rest); }

wide __umoddi3(wide a, wide b) { wide rest; divide(a, b, &rest); return rest; }

long long __divdi3(long long a, long long b)
{
	wide rest, q = divide(magnitude(a), magnitude(b), &rest);

	return (a < 0) != (b < 0) ? -(long long)q : (long long)q;
}

long long __moddi3(long long a, long long b)
{
	wide rest;

	divide(magnitude(a), magnitude(b), &rest);
	return a < 0 ? -(long long)rest : (long long)rest;
}
#endif
