using System.Net;
using System.Net.Sockets;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Decisions;

/// <summary>A dry run over HTTP: the decision about a request that is not sent.</summary>
public class ExplainTests
{
    public static TheoryData<string> Dialects => [.. Wire.All.Select(static wire => wire.Dialect)];

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_request_of_any_dialect_is_planned_and_no_connection_is_opened(string dialect)
    {
        using var provider = new TcpListener(IPAddress.Loopback, 0);
        provider.Start();
        await using var gateway = await GatewayHarness.StartAsync($$"""
            { "providers": { "a": { "dialect": "openai-chat", "baseUrl": "http://{{provider.LocalEndpoint}}" }, "b": { "dialect": "ollama", "baseUrl": "http://{{provider.LocalEndpoint}}", "locality": "local" } },
              "routes": { "desk": { "models": ["a/m", "b/m"] } } }
            """);

        var answer = await gateway.AskAsync($"/admin/explain?dialect={dialect}&model=desk", Wire.Of(dialect).Request("desk", true));

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(("not_sent", "desk", dialect, "ordered"), (answer.Json.Str("state"), answer.Json.Str("route"), answer.Json.Str("dialect"), answer.Json.Str("strategy")));
        Assert.Equal(["a/m:cloud:1", "b/m:local:2"], answer.Json.Items("candidates").Select(static candidate => $"{candidate.Str("model")}:{candidate.Str("locality")}:{candidate.Num("order")}"));
        Assert.Empty(answer.Json.Items("attempts"));
        Assert.False(provider.Pending());
        Assert.Equal((0L, 0L), (gateway.Runtime.Decisions.Total, gateway.Journal.Total));
    }

    [Fact]
    public async Task Without_a_dialect_the_body_is_openai_chat_and_names_its_model()
    {
        await using var bench = await DecisionBench.StartAsync();

        var answer = await bench.Gateway.AskAsync("/admin/explain", DecisionBench.Chat.Request("desk", false));

        Assert.Equal((200, "desk"), (answer.Status, answer.Json.Str("requested_model")));
        Assert.Empty(bench.Upstream.Calls);
    }

    [Theory]
    [InlineData("/admin/explain?dialect=klingon", """{"model":"desk","messages":[]}""", 400, "dialect")]
    [InlineData("/admin/explain", """{"model":"desk","messages":"x"}""", 400, "messages")]
    [InlineData("/admin/explain", """{"model":"no-such-model","messages":[{"role":"user","content":"x"}]}""", 404, "model")]
    [InlineData("/admin/explain", "", 400, "")]
    public async Task What_cannot_be_planned_is_refused_in_plain_JSON_that_names_the_field(string path, string body, int status, string field)
    {
        await using var bench = await DecisionBench.StartAsync();

        var answer = await bench.Gateway.AskAsync(path, body);

        Assert.Equal((status, field), (answer.Status, answer.Json.Str("error", "field")));
        Assert.Equal(answer.ErrorWord, answer.Json.Str("error", "word"));
    }

    [Theory]
    [InlineData("GET", "/admin/explain", "POST")]
    [InlineData("DELETE", "/admin/decisions", "GET")]
    [InlineData("POST", "/admin/decisions/x", "GET")]
    public async Task Another_method_is_refused_with_the_one_that_is_answered(string method, string path, string allowed)
    {
        await using var bench = await DecisionBench.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(bench.Gateway.Address, path));

        using var response = await Patience.For(bench.Gateway.Client.SendAsync(request, Patience.Token), "an answer to another method");
        var answer = await CallerAnswer.ReadAsync(response);

        Assert.Equal((405, "invalid_request"), (answer.Status, answer.Json.Str("error", "word")));
        Assert.Equal([allowed], response.Content.Headers.Allow);
        Assert.Contains(allowed, answer.Json.Str("error", "message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/admin/decisions?limt=5", "limt")]
    [InlineData("/admin/decisions?limit=5&since=7d", "since")]
    public async Task An_unknown_query_parameter_is_named(string path, string field)
    {
        await using var bench = await DecisionBench.StartAsync();

        var answer = await bench.Gateway.GetAsync(path);

        Assert.Equal((400, field), (answer.Status, answer.Json.Str("error", "field")));
        Assert.Equal(200, (await bench.Gateway.GetAsync("/admin/decisions?limit=5")).Status);
    }
}
