// A real OpenID provider for one test: one client, and whoever the test names logs in without being asked.
import { Provider } from "oidc-provider";

const { PORT, REDIRECT, SUBJECT, EMAIL, VERIFIED } = process.env;
const issuer = `http://127.0.0.1:${PORT}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "chappe",
      client_secret: "a secret of forty characters, as it should",
      redirect_uris: [REDIRECT],
      grant_types: ["authorization_code"],
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  conformIdTokenClaims: false,
  cookies: { keys: ["of one test"] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: EMAIL, email_verified: VERIFIED === "yes" }),
  }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  const { prompt, params, grantId } = await provider.interactionDetails(ctx.req, ctx.res);
  let result = { login: { accountId: SUBJECT } };
  if (prompt.name === "consent") {
    const grant = grantId
      ? await provider.Grant.find(grantId)
      : new provider.Grant({ accountId: SUBJECT, clientId: params.client_id });
    grant.addOIDCScope("openid email");
    result = { consent: { grantId: await grant.save() } };
  }
  return provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
});

provider.listen(Number(PORT), "127.0.0.1", () => process.stdout.write("ready\n"));
