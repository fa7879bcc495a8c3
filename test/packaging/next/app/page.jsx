import { answers } from "../answers.js";
import Client from "./client.jsx";

export const dynamic = "force-dynamic";

export default async function Page() {
  const server = JSON.stringify(await answers());
  return (
    <main>
      <script type="application/json" id="server" dangerouslySetInnerHTML={{ __html: server }} />
      <Client />
    </main>
  );
}
