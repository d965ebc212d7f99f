/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Public keys, made for these tests by gpg and openssl, whose private ones are gone. */

#define KEY_DATA                                                                                                       \
        "mDMEaw20RRYJKwYBBAHaRw8BAQdA2qrDYdWfskprhoy+V65ZCbWcCaa8l78hVh263pzGS6a0IExhYiBTaWduZXIgPHNpZ25lckBleGFtcGxlLn" \
        "Rlc3Q+iJAEExYIADgWIQTt/NSNQuG/nxSp7yHaofotUispsgUCaw20RQIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRDaofotUispssWZ" \
        "AQDEU+v7qDnY4FobXJbfePIlj9dmMR1rRV3aWDs3NI8KdAEAiLv+5MEDv3bgWHVjFzic/m7w8fAIXDG4nAwuDVov8QE="
#define KEY_ARMOUR                                                            \
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"                               \
        "Comment: made for a test\n\n"                                         \
        "mDMEaw20RRYJKwYBBAHaRw8BAQdA2qrDYdWfskprhoy+V65ZCbWcCaa8l78hVh26\n" \
        "3pzGS6a0IExhYiBTaWduZXIgPHNpZ25lckBleGFtcGxlLnRlc3Q+iJAEExYIADgW\n" \
        "IQTt/NSNQuG/nxSp7yHaofotUispsgUCaw20RQIbAwULCQgHAgYVCgkICwIEFgID\n" \
        "AQIeAQIXgAAKCRDaofotUispssWZAQDEU+v7qDnY4FobXJbfePIlj9dmMR1rRV3a\n" \
        "WDs3NI8KdAEAiLv+5MEDv3bgWHVjFzic/m7w8fAIXDG4nAwuDVov8QE=\n"         \
        "=uRZw\n"                                                              \
        "-----END PGP PUBLIC KEY BLOCK-----\n"
#define KEY_FINGERPRINT "EDFCD48D42E1BF9F14A9EF21DAA1FA2D522B29B2"

#define PEM                                                                 \
        "-----BEGIN PUBLIC KEY-----\n"                                       \
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEwe2aBHjQJH6YtC9OU1gv9CvvpdVa\n" \
        "xpMIdpHhP78nuo+4G/7N4x4wlAGXmvAP9HYSe2L2XcmZAKfU6MdtDxlubA==\n"     \
        "-----END PUBLIC KEY-----\n"
/* Of that key, over PEM_PAYLOAD. */
#define PEM_SIGNATURE "MEUCIGt3DmjjOLpbGlMxHHfZL/8teYibS9T6veL3xuX/HQyNAiEAuHajS6R+0ZcfwDqybtfvSP1czWCQyiUsqvUqXfIZAqE="
#define PEM_PAYLOAD                                                                                                      \
        "{\"critical\":{\"identity\":{\"docker-reference\":\"registry.example.test:5000/team/demo\"},\"image\":"          \
        "{\"docker-manifest-digest\":\"sha256:0000000000000000000000000000000000000000000000000000000000000007\"},\"type\":" \
        "\"cosign container image signature\"},\"optional\":null}"
