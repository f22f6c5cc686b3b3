// Reads a CycloneDX document twice, by libraries that are not ours: CycloneDX's own validates it, strictly; AppThreat's, which its scanner uses and
// which is made of the specification's protobuf schema, reads it into messages. What the second has read goes to standard output.
import { readFileSync } from 'node:fs'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { parseBomJson } from '@appthreat/cdx-proto'

const text = readFileSync(process.argv[2], 'utf8')
const wrong = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)
if (wrong !== null) {
  console.error(JSON.stringify(wrong, null, 1).slice(0, 2000))
  process.exit(1)
}
const { $schema, ...document } = JSON.parse(text) // the protobuf schema has no place for the address of the JSON schema
const bom = parseBomJson(document, { ignoreUnknownFields: true })
const sendmail = bom.components.find(c => c.pedigree?.ancestors?.length)
console.log(JSON.stringify({
  serial: bom.serialNumber,
  image: { name: bom.metadata.component.name, version: bom.metadata.component.version, purl: bom.metadata.component.purl },
  upstream: sendmail.pedigree.ancestors.map(a => ({ name: a.name, version: a.version, cpe: a.cpe })),
  patches: sendmail.pedigree.patches.map(p => ({ patch: p.diff.url, resolves: p.resolves.map(i => i.id) })),
  programs: sendmail.components.length,
  vulnerabilities: bom.vulnerabilities.map(v => v.id),
}))
