import subprocess
import sys


def test_importing_the_package_touches_neither_settings_nor_drf():
    code = (
        "import sys, django_rustaccel;"
        "assert not {'rest_framework', 'django.conf'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
