/* More arguments than the loader has room for in 32 bits. */
#include <stdio.h>
#include <string.h>

#define TEN 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
#define HUNDRED TEN, TEN, TEN, TEN, TEN, TEN, TEN, TEN, TEN, TEN

int main(void)
{
	char format[2 * 300 + 1] = "", text[1000];

	for (int i = 0; i < 300; i++)
		strcat(format, "%d");
	return snprintf(text, sizeof text, format, HUNDRED, HUNDRED, HUNDRED) != 3 * 110;
}
