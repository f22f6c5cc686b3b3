#!/bin/sh
# Ansible's module community.general.installp 6.6.2 does not upgrade: where an older level is installed it calls installp for nothing but a
# list, changes nothing, and reports success. A playbook that is given a directory with a newer image goes on as if that were in place.
#
# It asks lslpp for the fileset and takes status 0 for "there is nothing to do"; the level that it reads is told in the message, and compared with
# nothing. Seen with Debian 12's ansible 7.7.0 and ansible-core 2.14, with stand-ins of lslpp and installp that print what AIX's do for demo.rte
# 1.0.0.0 installed and 1.0.0.5 in the directory:
#
#     "changed": false, "msg": "No packages installed. Already installed: {'demo.rte': '1.0.0.0'}."
#     installp was called once: -l -MR -d DIRECTORY
#
# Needs apt, dpkg and Python 3. Exits non-zero when the module does otherwise, or cannot be had.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download ansible=7.7.0+dfsg-3+deb12u1 ansible-core=2.14.18-0+deb12u2
for package in *.deb; do dpkg -x "$package" .; done
modules=$dir/usr/lib/python3/dist-packages
grep '"version": "6.6.2"' "$modules/ansible_collections/community/general/MANIFEST.json"
mkdir bin images
cat >bin/lslpp <<'EOF'
#!/bin/sh
echo "/usr/lib/objrepos:demo.rte:1.0.0.0::COMMITTED:I:Demonstration:"
EOF
cat >bin/installp <<EOF
#!/bin/sh
echo "\$*" >>$dir/calls
echo "demo.rte  1.0.0.5  I b usr,root"
EOF
chmod 755 bin/lslpp bin/installp
echo '{"ANSIBLE_MODULE_ARGS": {"name": ["demo.rte"], "repository_path": "'"$dir"'/images"}}' |
	PATH=$dir/bin:$PATH PYTHONPATH=$modules python3 -m ansible_collections.community.general.plugins.modules.installp | tee answer
echo
grep '"changed": false' answer
grep "Already installed: {'demo.rte': '1.0.0.0'}" answer
test "$(cat calls)" = "-l -MR -d $dir/images"
echo "nothing was installed, and that is no failure"
