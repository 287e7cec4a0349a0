"""The options of a connection, which every module has."""

from __future__ import annotations


class ModuleDocFragment:
    """The texts of the options."""

    DOCUMENTATION = r"""
options:
  host:
    description:
      - The appliance, as a name or address, with C(:PORT) if it is not 443, or a URL.
      - If not set, the environment variable E(SPS_HOST) or the profile has it.
    type: str
  user:
    description:
      - The user of the appliance.
      - If not set, the environment variable E(SPS_USER) or the profile has it.
    type: str
  password:
    description:
      - The password of the user. The module hands it to C(sps) on standard input, never as an argument.
      - If not set, the environment variables E(SPS_PASSWORD) or E(SPS_PASSWORD_FILE) or the profile have it.
    type: str
  password_file:
    description:
      - A file on the host that runs the module. It has only the password.
      - If not set, the environment variable E(SPS_PASSWORD_FILE) has it.
    type: path
  login_method:
    description:
      - The login method, such as V(local), if it is not the first one of the appliance.
      - If not set, the environment variable E(SPS_LOGIN_METHOD) or the profile has it.
    type: str
  ca_file:
    description:
      - The authorities to trust instead of those of the system, in PEM.
      - If no option says what to trust, the environment variable E(SPS_CA_FILE) or the profile does.
    type: path
  pin_sha256:
    description:
      - The SHA-256 fingerprint of the only certificate to trust, in hexadecimal.
      - If no option says what to trust, the environment variable E(SPS_PIN_SHA256) or the profile does.
    type: str
  validate_certs:
    description:
      - With V(false), any certificate is accepted, and anyone on the network path can read the password.
    type: bool
    default: true
  client_cert:
    description:
      - The certificate to log in with instead of a password, in PEM.
      - If no option says how to log in, the environment variable E(SPS_CLIENT_CERT) or the profile does.
    type: path
  client_key:
    description:
      - The file with the private key of that certificate, in PEM.
      - If no option says how to log in, the environment variable E(SPS_CLIENT_KEY) or the profile does.
    type: path
  proxy:
    description:
      - The HTTP proxy to connect through, as C(HOST:PORT) or a URL, or V(none). A password in it is visible to other users of
        the host; better set the environment variable.
      - If not set, the environment variables E(SPS_PROXY), E(HTTPS_PROXY) and E(NO_PROXY) or the profile have it.
    type: str
  profile:
    description:
      - The profile with further options of the connection, in the configuration file of C(sps).
      - If not set, the environment variable E(SPS_PROFILE) has it.
    type: str
  timeout:
    description:
      - How many seconds to wait for a response.
      - If not set, the environment variable E(SPS_TIMEOUT) has it, or it is 60.
    type: int
  lock_wait:
    description:
      - How many seconds to wait while another user locks the configuration.
    type: int
    default: 30
  spec:
    description:
      - A folder with pages of the spec that are added or replaced, for endpoints that no guide shows.
      - If not set, the environment variable E(SPS_SPEC) has it.
    type: path
  sps_binary:
    description:
      - The program C(sps) on the host that runs the module, as a name or an absolute path.
      - A name is looked up in the virtual environment of the module's Python, and then on the E(PATH).
      - If not set, the environment variable E(SPS_BINARY) has it.
    type: str
    default: sps
requirements:
  - The program C(sps), version 0.1, on the host that runs the module. See U(https://github.com/sps-rs/sps).
notes:
  - The modules run on any host that reaches the appliance. With C(connection=local), that is the controller.
  - In check mode, the modules only read.
  - No result and no log has a secret. The program hides values of sensitive members, and the modules hide O(password) and
    whatever else may hold a secret.
"""
