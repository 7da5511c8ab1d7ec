using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Faults;

/// <summary>Streams that break off inside a frame: the error is a frame of its own, which the caller's parser can read.</summary>
public sealed class BrokenFramesTests
{
    [Theory]
    [InlineData("gemini", "]")]
    [InlineData("gemini", "")]
    [InlineData("gemini", ",\r\n{\"candidates\":[{\"cont")]
    [InlineData("openai-chat", "")]
    public async Task An_array_of_Gemini_that_breaks_off_becomes_an_array_whose_last_item_is_the_error(string provider, string end)
    {
        var wire = Wire.Of(provider);
        var isArray = provider == "gemini";
        var sent = isArray ? "[" + wire.Pieces[0]["data: ".Length..].TrimEnd() + end : string.Concat(wire.Pieces.Take(wire.TextPiece + 1));

        var answer = await AskAsync(provider, isArray ? "application/json" : wire.StreamContentType, sent, "/v1beta/models/p/m:streamGenerateContent", Wire.Of("gemini"));

        var items = answer.Json.EnumerateArray().ToList();
        Assert.Equal("Hello", items[0].Items("candidates").Single().Items("content", "parts").Single().Str("text"));
        Assert.True(items[^1].Has("error", "message"), answer.Text);
        Assert.DoesNotContain("finishReason", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openai-chat", "data: ")]
    [InlineData("openai-responses", "event: response.output_text.delta\ndata: ")]
    [InlineData("anthropic-messages", "event: content_block_delta\ndata:")]
    [InlineData("anthropic-messages", "event: content_block_delta\n")]
    [InlineData("gemini", "da")]
    [InlineData("ollama", "  ")]
    public async Task A_relayed_stream_that_breaks_off_before_the_data_of_a_frame_ends_in_an_error_that_can_be_read(string dialect, string half)
    {
        var wire = Wire.Of(dialect);
        var sent = string.Concat(wire.Pieces.Take(wire.TextPiece + 1)) + half;

        var answer = await AskAsync(dialect, wire.StreamContentType, sent, wire.Path("p/m", true), wire);

        var walked = wire.WalkStream(answer.Text);
        Assert.Equal(("Hello", false), (walked.Text.ToString(), walked.HasCleanEnd));
        Assert.False(string.IsNullOrEmpty(walked.Error), answer.Text);
    }

    private static async Task<CallerAnswer> AskAsync(string provider, string contentType, string sent, string path, Wire caller)
    {
        await using var upstream = await FakeUpstream.StartAsync(call => call.AnswerAsync(200, contentType, sent));
        await using var gateway = await GatewayHarness.StartAsync(
            $$"""{ "providers": { "p": { "dialect": "{{provider}}", "baseUrl": "{{upstream.BaseUrl("p")}}" } } }""");
        var answer = await gateway.AskAsync(path, caller.Request("p/m", stream: true));
        Assert.Equal((200, false), (answer.Status, answer.Broke));
        return answer;
    }
}
