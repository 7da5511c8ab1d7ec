using System.Text;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Faults;

/// <summary>Providers that cannot be reached, or that do not speak HTTP.</summary>
public sealed class ConnectionTests
{
    public static TheoryData<string, bool> Callers()
    {
        var data = new TheoryData<string, bool>();
        foreach (var caller in FaultBench.Dialects)
        {
            data.Add(caller, true);
            data.Add(caller, false);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task A_refused_connection_is_upstream_unavailable(string caller, bool stream)
    {
        var closed = await FakeUpstream.StartAsync();
        await closed.DisposeAsync();

        await MustBeAsync("upstream_unavailable", 502, closed.Address, caller, stream);
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task A_name_that_nobody_knows_is_upstream_unavailable(string caller, bool stream) =>
        await MustBeAsync("upstream_unavailable", 502, "http://no-such-provider.invalid", caller, stream);

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task A_connection_that_is_not_made_in_time_is_upstream_timeout(string caller, bool stream)
    {
        using var deaf = new DeafListener();

        await MustBeAsync("upstream_timeout", 504, deaf.Address, caller, stream);
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task An_answer_that_is_not_HTTP_is_upstream_invalid(string caller, bool stream)
    {
        await using var raw = new RawUpstream("SSH-2.0-something\r\n"u8.ToArray());

        await MustBeAsync("upstream_invalid", 502, raw.Address, caller, stream);
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task An_answer_that_is_longer_than_it_says_is_never_taken_for_whole(string caller, bool stream)
    {
        var wire = Wire.Of(caller);
        var body = stream ? string.Concat(wire.Pieces.Take(wire.TextPiece)) + wire.Pieces[wire.TextPiece][..^8] : wire.Complete;
        var head = $"HTTP/1.1 200 OK\r\nContent-Type: {(stream ? wire.StreamContentType : "application/json")}\r\nContent-Length: {body.Length - 9}\r\n\r\n";
        await using var raw = new RawUpstream(Encoding.UTF8.GetBytes(head + body));

        await MustBeAsync("upstream_invalid", 502, raw.Address, caller, stream);
    }

    private static async Task MustBeAsync(string word, int status, string address, string caller, bool stream)
    {
        var wire = Wire.Of(caller);
        await using var good = await FakeUpstream.StartAsync(call => Fault.AnswerAsync(call, wire, stream));
        await using var gateway = await GatewayHarness.StartAsync($$"""
            {
              "providers": {
                "first": { "dialect": "{{caller}}", "baseUrl": "{{address}}", "connectTimeout": "300ms" },
                "second": { "dialect": "{{caller}}", "baseUrl": "{{good.BaseUrl("second")}}" }
              },
              "routes": { "both": { "models": ["first/m", "second/m"] } }
            }
            """);

        var refused = await gateway.AskAsync(wire.Path("first/m", stream), wire.Request("first/m", stream));
        Assert.Equal((word, status), (refused.ErrorWord, refused.Status));
        Assert.Contains("first", wire.ErrorMessage(refused), StringComparison.Ordinal);

        var moved = await gateway.AskAsync(wire.Path("both", stream), wire.Request("both", stream));
        Assert.Equal("2", moved.Headers["x-signalbox-attempts"]);
        Assert.Equal(Wire.SampleText, wire.Walk(moved, stream).Text.ToString());
    }
}
