"""One suite for every adapter: only recordings and goldens differ. A package of its own imports it:

from tests.adapters.contract import *          # the tests, and the fixtures they use
from tests.adapters.contract import Kit

KITS = [Kit(registry=find(HERE, "acme_sms"), channel="acme_sms", recordings=HERE / "recordings")]
"""

from tests.adapters.contract.kit import Kit
from tests.adapters.contract.provider import Provider
from tests.adapters.contract.recordings import Recording, read

__all__ = ["Kit", "Provider", "Recording", "read"]
