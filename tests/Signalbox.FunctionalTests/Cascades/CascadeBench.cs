using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;
using Signalbox.Ledger;

namespace Signalbox.FunctionalTests.Cascades;

/// <summary>
/// A gateway with a weak, a strong and a third model of every protocol, and routes over them: <c>cascade-gemini-ollama</c> asks the
/// weak one of gemini first, <c>continue-gemini-ollama</c> goes on at the strong one of ollama. A provider that is not told what to
/// say fails.
/// </summary>
public sealed class CascadeBench : IAsyncLifetime
{
    private static readonly (string Name, string Quality, int Price)[] Kinds = [("weak", "0.3", 1), ("strong", "0.9", 10), ("third", "0.95", 20)];

    internal FakeUpstream Upstream { get; private set; } = null!;

    internal GatewayHarness Gateway { get; private set; } = null!;

    internal static IEnumerable<string> Dialects => Wire.All.Select(static wire => wire.Dialect);

    /// <summary>Another dialect than this one.</summary>
    internal static Wire Other(Wire wire) => Wire.All[(Wire.All.ToList().IndexOf(wire) + 1) % Wire.All.Count];

    public async ValueTask InitializeAsync()
    {
        Upstream = await FakeUpstream.StartAsync();
        List<string> providers = [Provider("vllm", "openai-chat"), Provider("slow", "openai-chat", ",\"firstOutputTimeout\":\"200ms\",\"idleTimeout\":\"100ms\"")];
        List<string> models =
        [
            Model("vllm-weak", "vllm", "0.3", 1, """
                ,"capabilities":{"prefill":true}
                """),
            Model("slow", "slow", "0.5", 1, ""),
            Model("no-prefill", "third-ollama", "0.5", 1, ""),
        ];
        List<string> routes =
        [
            .. Routes("slow", "slow", "strong-openai-chat"),
            """
            "checked-by-slow":{"strategy":"cascade","models":["weak-openai-chat","strong-openai-chat"],"cascade":{"checks":["checker"],"checker":"slow"}}
            """,
            .. Routes("vllm", "vllm-weak", "strong-openai-chat"), .. Routes("to-vllm", "weak-openai-chat", "vllm-weak"),
            """
            "continue-thrice":{"models":["weak-openai-chat","strong-anthropic-messages","third-ollama","third-gemini"],"continue":true}
            """,
            """
            "continue-nowhere":{"models":["weak-openai-chat","no-prefill"],"continue":true}
            """,
        ];
        foreach (var (kind, quality, price) in Kinds)
        {
            foreach (var dialect in Dialects)
            {
                providers.Add(Provider($"{kind}-{dialect}", dialect));
                models.Add(Model($"{kind}-{dialect}", $"{kind}-{dialect}", quality, price, """
                    ,"capabilities":{"prefill":true}
                    """));
            }
        }

        foreach (var first in Dialects)
        {
            foreach (var second in Dialects)
            {
                routes.AddRange(Routes($"{first}-{second}", $"weak-{first}", $"strong-{second}"));
            }
        }

        Gateway = await GatewayHarness.StartAsync(
            $"{{\"providers\":{{{string.Join(',', providers)}}},\"models\":{{{string.Join(',', models)}}},\"routes\":{{{string.Join(',', routes)}}},"
            // One upstream fails in many tests on purpose: nobody is to remember it.
            + "\"resilience\":{\"maxAttempts\":1,\"breaker\":{\"enabled\":false},\"cooldown\":{\"enabled\":false}}}");
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    internal Task<CallerAnswer> AskAsync(Wire caller, string model, bool stream) =>
        Gateway.AskAsync(caller.Path(model, stream), caller.Request(model, stream));

    /// <summary>Forgets what was; all providers fail again.</summary>
    internal void Begin()
    {
        Upstream.Forget();
        foreach (var (kind, _, _) in Kinds)
        {
            foreach (var dialect in Dialects)
            {
                Upstream.On($"{kind}-{dialect}", static call => call.AnswerAsync(500, "application/json", """{"error":{"message":"not expected"}}"""));
            }
        }
    }

    internal UsageRecord RecordOf(CallerAnswer answer) =>
        Gateway.Journal.ToList().Single(record => record.RequestId == answer.Headers["x-signalbox-request-id"]);

    private string Provider(string name, string dialect, string more = "") =>
        $"\"{name}\":{{\"dialect\":\"{dialect}\",\"baseUrl\":\"{Upstream.BaseUrl(name)}\"{more}}}";

    private static string Model(string id, string provider, string quality, int price, string more) =>
        $"\"{id}\":{{\"provider\":\"{provider}\",\"upstream\":\"m\",\"quality\":{quality},\"price\":{{\"input\":{price},\"output\":{price}}}{more}}}";

    private static IEnumerable<string> Routes(string name, string first, string second)
    {
        var models = $"\"models\":[\"{first}\",\"{second}\"]";
        yield return $"\"cascade-{name}\":{{\"strategy\":\"cascade\",{models}}}";
        yield return $"\"consistent-{name}\":{{\"strategy\":\"cascade\",{models},\"cascade\":{{\"checks\":[\"refusal\",\"consistency\"]}}}}";
        yield return $"\"checked-{name}\":{{\"strategy\":\"cascade\",{models},\"cascade\":{{\"checks\":[\"refusal\",\"checker\"]}}}}";
        yield return $"\"continue-{name}\":{{{models},\"continue\":true}}";
    }
}
