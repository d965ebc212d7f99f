# A label of 60 KiB. jq -n -f labels.jq prints it in the shape of a labels.json.
{
  reason: "A label of 60 KiB, longer than anything a person would read.",
  labels: {
    name: "broken/huge", version: "1.0", summary: "A label of sixty kibibytes",
    RUN: ("podman run -d --name NAME "
      + ([range(0; 1400)] | map("-e VARIABLE_\(. + 10000)=some-words-to-fill-it-up ") | add)
      + "IMAGE /usr/bin/sleep infinity"),
    description: ("word " * 12288)
  }
}
