// Who reads this page: a person who has signed in. The registry keeps the session in a cookie that no script can read.

const SESSION = "/v1/session";

export class SignedOut extends Error {}

export const isSignedIn = async () => (await fetch(SESSION)).ok;
export const signOut = () => fetch(SESSION, { method: "DELETE" });

/** Whether the registry takes what the form says. Throws where the registry is away. */
export async function signIn(form) {
  const answer = await fetch(SESSION, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ person: form.get("person").trim(), password: form.get("password") }),
  });
  if (answer.status >= 500) throw new Error(`${SESSION}: ${answer.status}`);
  return answer.ok;
}

/** What the API answers. Throws SignedOut, and another error where the answer is none. */
export async function ask(path, { accept = "application/json", signal } = {}) {
  const answer = await fetch(path, { headers: { Accept: accept }, signal });
  if (answer.status === 401) throw new SignedOut();
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
}
