# Sourced by the commands that tell about the machine. They are those of all simulated machines, buildlib/rehearsal/standins.
. "${0%/*}/../box.sh"
REHEARSAL_STANDINS=${0%/*}/../../../../buildlib/rehearsal/standins/commands
REHEARSAL_BOX=$box REHEARSAL_ROOT=$box/root REHEARSAL_PATH=$PATH
. "$REHEARSAL_STANDINS/machine"
