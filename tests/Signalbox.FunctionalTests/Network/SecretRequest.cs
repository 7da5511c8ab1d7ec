using System.Text.Json.Nodes;

namespace Signalbox.FunctionalTests.Network;

/// <summary>How a request is known to be confidential.</summary>
internal enum Said
{
    /// <summary>By a header.</summary>
    Header,

    /// <summary>By the <c>signalbox</c> object in the body.</summary>
    Body,

    /// <summary>By nobody: it holds the number of a credit card.</summary>
    Nowhere,
}

/// <summary>A request that must not leave the house.</summary>
internal sealed record SecretRequest(int Number, string Path, string Body, Said Said)
{
    /// <summary>In every confidential prompt, so that a provider can tell.</summary>
    public const string Mark = "between-us";

    public const string Prompt = Mark + ": my card is 4111 1111 1111 1111.";

    private const string PlainPrompt = Mark + ": say hello.";

    /// <summary>The prompt to write into the body: the one with the card where nothing else tells.</summary>
    public static string PromptOf(Said said) => said == Said.Nowhere ? Prompt : PlainPrompt;

    public (string, string)[] Headers => Said == Said.Header ? [("x-signalbox-sensitivity", "confidential")] : [];

    public string SentBody
    {
        get
        {
            if (Said != Said.Body)
            {
                return Body;
            }

            var body = JsonNode.Parse(Body)!.AsObject();
            body["signalbox"] = new JsonObject { ["sensitivity"] = "confidential" };
            return body.ToJsonString();
        }
    }

    public override string ToString() => $"{Path} {SentBody} ({Said})";
}
