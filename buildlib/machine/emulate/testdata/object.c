/* An object that is missing here. */
extern int sys_nerr;

int main(void) { return sys_nerr; }
