// Debian's packages, where this account may install them. Nothing is ever removed to make room.

import { exitCode, find, output } from "../command.mjs";
import { say } from "../say.mjs";

/** Resolves to whether the packages are there afterwards. */
export async function aptInstall(step, packages) {
  const apt = find("apt-get");
  if (!apt) return false;
  const asRoot = process.getuid() === 0 ? [] : passwordlessSudo();
  if (!asRoot) return false;
  const command = [...asRoot, apt, "install", "--yes", "--quiet=2", "-oDpkg::Use-Pty=0", "--no-remove", "--no-install-recommends", ...packages];
  say(step, `installing Debian packages (${command.join(" ")})`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const update = [...asRoot, apt, "update", "--quiet=2"];
  await exitCode(update[0], update.slice(1), { env });
  return (await exitCode(command[0], command.slice(1), { env })) === 0;
}

function passwordlessSudo() {
  const sudo = find("sudo");
  return sudo && output(sudo, ["-n", "true"]) !== undefined ? [sudo, "-n"] : undefined;
}
