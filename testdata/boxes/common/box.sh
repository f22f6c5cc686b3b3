# Sourced by the stand-ins: sets box to the directory of the simulated machine, the first one in PATH that has a file "facts", and
# reads that. A build gives its commands no environment but PATH, so PATH is how they know where they are.
box=
old_ifs=$IFS
IFS=:
for dir in $PATH; do
	if [ -f "$dir/../facts" ]; then
		box=$dir/..
		break
	fi
done
IFS=$old_ifs
if [ -z "$box" ]; then
	echo "${0##*/}: stand-in: no simulated box in PATH" >&2
	exit 127
fi
. "$box/facts"

# real NAME prints where the machine below the simulation has a program.
real() {
	IFS=:
	for dir in $PATH; do
		case $dir in
		*/boxes/*) ;;
		*)
			if [ -x "$dir/$1" ]; then
				IFS=$old_ifs
				echo "$dir/$1"
				return 0
			fi
			;;
		esac
	done
	IFS=$old_ifs
	echo "${0##*/}: stand-in: no real $1 in PATH" >&2
	return 127
}
