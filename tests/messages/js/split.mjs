// Reads a JSON list of texts and prints, for each, the parts in which split-sms lets it travel.
import { readFileSync } from "node:fs";
import splitter from "split-sms";

const told = JSON.parse(readFileSync(0, "utf8")).map((text) => {
  const found = splitter.split(text);
  return [found.characterSet, found.parts.map((part) => part.content)];
});
process.stdout.write(JSON.stringify(told));
