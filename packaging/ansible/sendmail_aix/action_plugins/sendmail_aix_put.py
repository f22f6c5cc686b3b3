# Puts a file of the controller, or a text, on a machine that has no Python: over whatever connection the inventory names. The module copy
# needs Python there; a text in the command line of raw could be seen by everybody on the machine.
import os
import tempfile

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    TRANSFERS_FILES = True
    _VALID_ARGS = frozenset(("src", "content", "dest"))

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        src, content, dest = (self._task.args.get(name) for name in ("src", "content", "dest"))
        if not dest or (src is None) == (content is None):
            raise AnsibleActionFail("sendmail_aix_put takes dest, and either src or content")
        if self._task.check_mode:
            return dict(result, changed=True)
        if content is None:
            self._connection.put_file(os.path.expanduser(src), dest)
            return dict(result, changed=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8") as text:  # mode 0600
            text.write(content)
            text.flush()
            self._connection.put_file(text.name, dest)
        return dict(result, changed=True)
