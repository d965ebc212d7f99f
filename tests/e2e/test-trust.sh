#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Who signed an image, and what the host's policy asks of it: unsigned, signed by GPG, signed by another key, signed for another name; a signer is pinned
# in one job, the engine then refuses what is not signed, and the job's rollback restores the files byte for byte. Signatures of sigstore where Podman
# knows them.
cd "$(dirname "$0")/../.." || exit
source tests/e2e/lib.sh
# shellcheck source=tests/e2e/walk.sh
source tests/e2e/walk.sh

REGISTRY=registry.example.test:5000
TEAM=$REGISTRY/trust-$HOST
DIR=/root/trust
POLICY=/etc/containers/policy.json
LOOKASIDE=/var/lib/containers/sigstore

# Two GPG keys; an image that nobody signed, one by each key, one whose signature is for another name.
prepare() {
        build_image volume
        host sh -c "set -e; rm -rf $DIR; mkdir -m 700 -p $DIR/gpg; export GNUPGHOME=$DIR/gpg
                for who in team other; do
                        gpg --batch --quiet --passphrase '' --quick-gen-key \"\$who@example.test\" ed25519 sign never
                        gpg --batch --armor --export \"\$who@example.test\" >$DIR/\$who.asc
                done
                podman push -q localhost/volume:latest $TEAM/plain:1
                for who in team other; do
                        skopeo copy -q --sign-by \"\$who@example.test\" docker://$TEAM/plain:1 docker://$TEAM/by-\$who:1
                done
                skopeo copy -q docker://$TEAM/plain:1 docker://$TEAM/moved:1
                cp -r $LOOKASIDE/trust-$HOST/by-team@* \$(echo $LOOKASIDE/trust-$HOST/by-team@* | sed s/by-team/moved/)
                podman rmi -f localhost/volume:latest
                podman image prune -f"
}

# verdict WHAT STATUS IMAGE VERDICT [SENTENCE]: of the sheet, for scripts and for people.
verdict() {
        check_status "$1" "$2" host fairlead trust "$3" --json
        check "the verdict is $4" json "d['verdict'] == '$4'"
        check_status "and as a sheet" "$2" host fairlead trust "$3"
        [ -z "${5:-}" ] || check_text "which says so" "$5" "$output"
}

# pin WHAT KEY IMAGE: in a job; ids are those of all, the newest first.
ids=()
pin() {
        check_status "$1" 0 host fairlead trust --pin "$2" "$3" --yes --json
        ids=("$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["id"])' "$output")" "${ids[@]}")
}

# unpin: rolls all of them back.
unpin() {
        for id in "${ids[@]}"; do
                check_status "a signer is pinned no more" 0 host fairlead rollback "$id" --yes
        done
        ids=()
}

# A signer is pinned on the sheet, and what has no signature by it is not installed.
by_keys() {
        walk_open "$HOST" || return
        walk_to_reference "$TEAM/plain:1" || return
        term_keys t
        term_wait 'Verdict +Not signed' || return
        term_wait 'Signed by +nobody' || return
        seen trust
        term_keys p
        term_wait 'File of the public key:' || return
        term_type "$DIR/team.asc"
        term_keys Enter
        term_wait 'exactly what will be written' || return
        check "the file that is written is shown" term_matches "In $POLICY:"
        seen trust-pin
        term_keys Enter
        term_wait '\[ Pin it' || return
        term_keys y
        check "p pins the signer" term_wait 'Done\. Enter goes' 60
        seen trust-job
        walk_to_reference "$TEAM/plain:1" || return
        term_keys t
        check "the sheet says that it is refused" term_wait 'Verdict +Refused'
        seen trust-refused
        term_keys q
        term_wait 'Its command labels' || return
        term_keys i
        term_wait 'Trust +.*signature' || return
        seen trust-plan
        walk_consent || return
        term_wait '^Job .* failed ' 100 || return
        check "the engine's refusal is a sentence" term_wait "[Ss]ignature (was|exists)"
        seen trust-failed
        check_not "nothing of it is here" host podman image exists "$TEAM/plain:1"
        term_keys 4
        term_wait '^> install plain +failed' || return
        term_keys Down Enter
        term_wait 'p roll back' || return
        term_keys p
        term_wait '\[ Roll back' || return
        term_keys y
        term_wait 'Everything was restored' 60 || return
        seen trust-undone
        walk_home || return
        walk_close
}

# A statement about by-team, as cosign attaches it: in the registry, under a tag of its digest.
attach() {
        host sh -ec "cd $DIR; name=http://$REGISTRY/v2/trust-$HOST/by-team; hex=\$(skopeo inspect --raw docker://$TEAM/by-team:1 | sha256sum | cut -d ' ' -f 1)
                printf {} >config; printf statement >statement
                for blob in config statement; do
                        to=\$(curl -sSf -o /dev/null -D - -X POST \$name/blobs/uploads/ | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
                        curl -sSf -X PUT -H Content-Type:application/octet-stream --data-binary @\$blob \"\$to&digest=sha256:\$(sha256sum <\$blob | cut -d ' ' -f 1)\"
                done
                one() { printf '\"mediaType\":\"application/%s\",\"digest\":\"sha256:%s\",\"size\":%d' \$2 \$(sha256sum <\$1 | cut -d ' ' -f 1) \$(wc -c <\$1); }
                printf '{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{%s},\"layers\":[{%s,\"annotations\":{\"predicateType\":\"%s\"}}]}' \
                        \"\$(one config vnd.oci.image.config.v1+json)\" \"\$(one statement vnd.dsse.envelope.v1+json)\" $1 >manifest
                curl -sSf -X PUT -H Content-Type:application/vnd.oci.image.manifest.v1+json --data-binary @manifest \$name/manifests/sha256-\$hex.att"
}

trap term_end EXIT
term_need
step "images are signed" prepare
tree=$(host_tree)
pulled() { host podman images -a --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}' | sort; }
before=$(pulled)

# ---- the policy asks for nothing ----

verdict "an image that nobody signed" 0 "docker://$TEAM/plain:1" unsigned "nobody: there is no signature"
check_text "the rule and its file are named" "$POLICY, its default" "$output"
verdict "one that is signed" 0 "$TEAM/by-team:1" signed "team@example.test|claimed: the rule names no key"
check_text "what to do is said" "fairlead trust --pin KEYFILE $TEAM/by-team" "$output"
check_status "a signature may be required" 3 host fairlead trust "docker://$TEAM/by-team:1" --require-signature
check_status "a plan says the rule" 0 host fairlead plan install "docker://$TEAM/plain:1" --set volume:/data=volume-data
check_text "in words" "trust +any image is accepted, signed or not \\($POLICY, its default\\)" "$output"
check_status "an install that requires a signature is refused" 3 host fairlead install "docker://$TEAM/plain:1" --set volume:/data=volume-data --require-signature --yes
check_text "with the rule" "asks for no signature \\($POLICY, its default\\)" "$output"
check_status "nothing is attached" 0 host fairlead trust "docker://$TEAM/by-team:1" --json
check "which is said" json 'd["provenance"] == "none" and d["sbom"] == "none"'
step "its provenance is attached" attach https://slsa.dev/provenance/v1
check_status "it is seen" 0 host fairlead trust "docker://$TEAM/by-team:1" --json
check "and no SBOM" json 'd["provenance"] == "attached" and d["sbom"] == "none"'
check_status "the sheet has it" 0 host fairlead trust "docker://$TEAM/by-team:1"
check_text "as what nobody checked" 'Provenance +attached \(not checked by Fairlead\)' "$output"
step "now an SBOM is" attach https://spdx.dev/Document
check_status "it is seen, too" 0 host fairlead trust "docker://$TEAM/by-team:1" --json
check "by its type" json 'd["sbom"] == "attached"'
check_status "there is no such image" 4 host fairlead trust "docker://$TEAM/none:1"
check "nothing was pulled for that" diff <(echo "$before") <(pulled)

# ---- a signer is pinned ----

check_status "a key that is none is refused" 2 host sh -c "echo no key >$DIR/none.asc; fairlead trust --pin $DIR/none.asc docker://$TEAM/by-team:1 --yes"
check_text "with a sentence" "none.asc is no public key of GPG or cosign" "$output"
check "the policy is as it was" diff <(echo "$tree") <(host_tree)
for repository in by-team by-other moved plain; do
        pin "the signer of $repository is pinned" "$DIR/team.asc" "docker://$TEAM/$repository:1"
done
check_status "once is enough" 0 host fairlead trust --pin "$DIR/team.asc" "docker://$TEAM/plain:1" --yes
check_text "which is said" "asks for that key already" "$output"
output=$(host cat $POLICY)
check "the policy has four rules, and its default as it was" json 'd["default"] == [{"type": "insecureAcceptAnything"}] and len(d["transports"]["docker"]) == 4'
verdict "what that key signed" 0 "docker://$TEAM/by-team:1" required "good, by a key of the rule"
verdict "what another key signed" 3 "docker://$TEAM/by-other:1" missing "by a key that the rule does not name"
verdict "what is signed for another name" 3 "docker://$TEAM/moved:1" missing "for another name"
verdict "what nobody signed" 3 "docker://$TEAM/plain:1" missing "there is none that it takes"
host sh -c "head -c 60 $LOOKASIDE/trust-$HOST/by-team@*/signature-1 >$DIR/cut; cp $LOOKASIDE/trust-$HOST/by-team@*/signature-1 $DIR/whole; cp $DIR/cut $LOOKASIDE/trust-$HOST/by-team@*/signature-1"
verdict "a signature that is cut off" 3 "docker://$TEAM/by-team:1" missing "cannot be read"
host sh -c "cp $DIR/whole $LOOKASIDE/trust-$HOST/by-team@*/signature-1"

# The engine says the same.
for repository in by-other moved plain; do
        check_not "the engine refuses $repository" host podman pull -q "$TEAM/$repository:1"
done
check "the engine takes by-team" host podman pull -q "$TEAM/by-team:1"
check_status "which it then has" 0 host fairlead trust "$TEAM/by-team:1" --json
check "and the rule is for the next pull" json 'd["here"] and d["verdict"] == "required" and "the next pull" in " ".join(d["notes"])'
host podman rmi -f "$TEAM/by-team:1" >/dev/null
check_status "an install of what is not signed fails" 1 host fairlead install "docker://$TEAM/plain:1" --set volume:/data=volume-data --require-signature --yes
check_text "with the engine's reason" 'signature' "$output"
check_status "an install of what is signed" 0 host fairlead install "docker://$TEAM/by-team:1" --name volume --set volume:/data=volume-data --require-signature --yes
check_status "the sheet knows the service" 0 host fairlead trust "docker://$TEAM/by-team:1" --json
check "by the same signer" json 'd["service"] == "volume" and d["same_signer"] == "yes"'
check_status "the service goes" 0 host fairlead uninstall volume --yes

# ---- and back ----

unpin
check "the files are what they were" diff <(echo "$tree") <(host_tree)
check "the engine pulls again" host podman pull -q "$TEAM/plain:1"
host podman rmi -f "$TEAM/plain:1" >/dev/null

# ---- by keys ----

# What the engine has already is not pulled, so no rule holds for it: all of these are one image.
host sh -c "podman images -a --format '{{.ID}} {{.Repository}}' | grep ' $TEAM/' | cut -d ' ' -f 1 | sort -u | xargs -r podman rmi -f" >/dev/null
step "t shows who signed, p pins, p on the job takes it back" by_keys
check "the files are what they were again" diff <(echo "$tree") <(host_tree)
host sh -c 'podman volume rm -f volume-data' >/dev/null

# ---- sigstore ----

sign_sigstore() {
        host sh -c "set -e; cd $DIR; echo secret >pass
                skopeo generate-sigstore-key --output-prefix $DIR/cosign --passphrase-file $DIR/pass
                mkdir -p /etc/containers/registries.d
                printf 'docker:\n  $TEAM/cosign:\n    use-sigstore-attachments: true\n' >/etc/containers/registries.d/test.yaml
                skopeo copy -q --sign-by-sigstore-private-key $DIR/cosign.private --sign-passphrase-file $DIR/pass docker://$TEAM/plain:1 docker://$TEAM/cosign:1
                rm -r /etc/containers/registries.d"
}

# As by an authority and a transparency log; nobody signed by them.
by_certificate() {
        host sh -c "set -e; cd $DIR; mkdir -p /etc/containers/registries.d; cp -p $POLICY policy
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=authority 2>/dev/null
                printf 'docker:\n  $TEAM:\n    use-sigstore-attachments: true\n' >/etc/containers/registries.d/test.yaml
                printf '{\"default\":[{\"type\":\"insecureAcceptAnything\"}],\"transports\":{\"docker\":{\"$TEAM\":[{\"type\":\"sigstoreSigned\",\"fulcio\":{\"caPath\":\"$DIR/ca.pem\",\"oidcIssuer\":\"https://login.example.test\",\"subjectEmail\":\"team@example.test\"},\"rekorPublicKeyPath\":\"$DIR/cosign.pub\"}]}}}' >$POLICY"
}

if [ "$HOST" = bookworm ]; then
        host sh -c "openssl ecparam -name prime256v1 -genkey -noout | openssl ec -pubout >$DIR/cosign.pub 2>/dev/null"
        check_status "this Podman knows no sigstore" 1 host fairlead trust --pin "$DIR/cosign.pub" "docker://$TEAM/plain:1" --yes
        check_text "which is said before it could do harm" "Podman 4.3.1 does not know rules of sigstore" "$output"
else
        step "an image is signed for sigstore" sign_sigstore
        check_status "nobody looks for that signature" 0 host fairlead trust "docker://$TEAM/cosign:1" --json
        check "which is a note" json 'd["verdict"] == "unsigned" and "use-sigstore-attachments" in " ".join(d["notes"])'
        pin "its signer is pinned, in two files" "$DIR/cosign.pub" "docker://$TEAM/cosign:1"
        check_status "now it is looked for" 0 host fairlead trust "docker://$TEAM/cosign:1" --json
        check "and good" json 'd["verdict"] == "required" and d["signatures"][0]["type"] == "sigstoreSigned"'
        check "the engine takes it" host podman pull -q "$TEAM/cosign:1"
        host podman rmi -f "$TEAM/cosign:1" >/dev/null
        pin "the signer of one that is not signed is pinned" "$DIR/cosign.pub" "docker://$TEAM/plain:1"
        verdict "is missed" 3 "docker://$TEAM/plain:1" missing
        check_not "by the engine, too" host podman pull -q "$TEAM/plain:1"
        unpin
        check "both files are as before" diff <(echo "$tree") <(host_tree)
        step "a rule is for signatures by a certificate" by_certificate
        check_status "whether it is one the engine finds out" 0 host fairlead trust "docker://$TEAM/cosign:1" --json
        check "so nothing is said of it" json 'd["verdict"] == "unknown" and d["signatures"][0]["finding"] == "claimed"'
        check_status "the sheet has it" 0 host fairlead trust "docker://$TEAM/cosign:1"
        check_text "in a sentence" 'does not check them: the engine does' "$(tr -s '\n ' ' ' <<<"$output")"
        check_not "this one the engine does not take" host podman pull -q "$TEAM/cosign:1"
        verdict "of one that is not signed all is known" 3 "docker://$TEAM/plain:1" missing
        host sh -c "mv $DIR/policy $POLICY; rm -r /etc/containers/registries.d"
        check "and both are as before" diff <(echo "$tree") <(host_tree)
fi

host sh -c "GNUPGHOME=$DIR/gpg gpgconf --kill all; rm -rf $DIR $LOOKASIDE/trust-$HOST; podman volume rm -f volume-data; podman image prune -f" >/dev/null
check "nothing is left of all that" diff <(echo "$tree") <(host_tree)
finish
