/* What only newer processors have an instruction for. */
#include <stdio.h>

int main(int argc, char **argv)
{
	(void)argv;
	printf("%d\n", __builtin_popcountl((unsigned long)argc << 3));
	return 0;
}
