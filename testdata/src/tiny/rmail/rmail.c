extern const char *sm_name();

int
main()
{
	return sm_name()[0] == 0;
}
