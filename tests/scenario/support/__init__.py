"""What the scenario tests share: processes, a gateway, brokers and clients of others, a link that can be cut; and the demo."""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "firmware_sim"))
