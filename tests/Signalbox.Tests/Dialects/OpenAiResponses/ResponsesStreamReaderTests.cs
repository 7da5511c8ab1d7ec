using System.Text;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.OpenAiResponses;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.OpenAiResponses;

public class ResponsesStreamReaderTests
{
    private const string Created = """{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","model":"m-1","created_at":1700000000,"status":"in_progress","output":[]}}""";
    private const string Completed = """{"type":"response.completed","response":{"status":"completed","output":[],"usage":{"input_tokens":5,"output_tokens":2,"total_tokens":7,"input_tokens_details":{"cached_tokens":3},"output_tokens_details":{"reasoning_tokens":1}}}}""";
    private const string CallAdded = """{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":""}}""";
    private const string ArgumentsDone = """{"type":"response.function_call_arguments.done","output_index":0,"item_id":"fc_1","arguments":"{\"a\":1}"}""";
    private const string CallDone = """{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{\"a\":1}"}}""";
    private const string ReasoningAdded = """{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}}""";

    private static Collected Collect(params string[] events) => Support.Streams.Collect(ResponsesDialect.Instance, Responses.Sse(events));

    private static List<ChatResponseUpdate> Updates(params string[] events) =>
        Support.Streams.ReadUpdates(ResponsesDialect.Instance.CreateStreamReader(), StreamFraming.Sse, Responses.Sse(events));

    private static string TextDelta(string text) =>
        $$"""{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"{{text}}","logprobs":[],"obfuscation":"xyz"}""";

    [Fact]
    public void Text_usage_and_the_end_are_read()
    {
        var collected = Collect(Created, TextDelta("Hel"), TextDelta("lo"), Completed);

        Assert.Equal("Hello", collected.Text);
        Assert.Equal(ChatFinishReason.Stop, collected.Finish);
        Assert.True(collected.IsFinished);
        Assert.Equal((5, 2, 7, 3, 1), (collected.Usage!.InputTokenCount, collected.Usage.OutputTokenCount, collected.Usage.TotalTokenCount,
            collected.Usage.CachedInputTokenCount, collected.Usage.ReasoningTokenCount));
    }

    [Fact]
    public void The_first_update_names_the_answer_and_its_model()
    {
        var first = Updates(Created, Completed)[0];

        Assert.Equal(("resp_1", "m-1"), (first.ResponseId, first.ModelId));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1700000000), first.CreatedAt);
        Assert.Equal(ChatRole.Assistant, first.Role);
    }

    [Fact]
    public void Arguments_that_come_only_when_they_are_done_are_read()
    {
        Assert.Equal([("call_1", "f", "{\"a\":1}")], Collect(Created, CallAdded, ArgumentsDone, CallDone, Completed).Calls);
        Assert.Equal([("call_1", "f", "{\"a\":1}")], Collect(Created, CallAdded, CallDone, Completed).Calls);
        Assert.Equal([("call_1", "f", "{\"a\":1}")], Collect(Created, CallDone, Completed).Calls);
    }

    [Fact]
    public void Arguments_that_come_as_deltas_and_again_when_they_are_done_are_read_once()
    {
        const string Delta = """{"type":"response.function_call_arguments.delta","output_index":0,"item_id":"fc_1","delta":"{\"a\":1}"}""";
        var collected = Collect(Created, CallAdded, Delta, ArgumentsDone, CallDone, Completed);

        Assert.Equal([("call_1", "f", "{\"a\":1}")], collected.Calls);
        Assert.Equal(ChatFinishReason.ToolCalls, collected.Finish);
    }

    [Fact]
    public void The_call_id_is_the_one_to_answer_to_and_the_item_id_is_kept_beside_it()
    {
        var call = Updates(Created, CallAdded).SelectMany(update => update.Contents).OfType<ToolCallDelta>().Single();

        Assert.Equal("call_1", call.CallId);
        Assert.Equal("fc_1", Vocabulary.Get<string>(call.AdditionalProperties, Vocabulary.ItemId));
    }

    [Fact]
    public void Output_that_comes_only_with_the_last_event_is_read()
    {
        var collected = Collect(Created, """
            {"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"Hi"}]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}]}}
            """.Trim());

        Assert.Equal("Hi", collected.Text);
        Assert.Equal([("c", "f", "{}")], collected.Calls);
        Assert.Equal(ChatFinishReason.ToolCalls, collected.Finish);
        Assert.Null(collected.Usage);
    }

    [Fact]
    public void Both_kinds_of_reasoning_deltas_are_read_and_parts_are_kept_apart()
    {
        const string Part = """{"type":"response.reasoning_summary_part.added","output_index":0,"item_id":"rs_1","summary_index":0,"part":{"type":"summary_text","text":""}}""";
        const string Summary = """{"type":"response.reasoning_summary_text.delta","output_index":0,"item_id":"rs_1","summary_index":0,"delta":"a"}""";
        const string Text = """{"type":"response.reasoning_text.delta","output_index":0,"item_id":"rs_1","content_index":0,"delta":"b"}""";

        Assert.Equal("a\n\na", Collect(Created, ReasoningAdded, Part, Summary, Part, Summary, Completed).Reasoning);
        Assert.Equal("bb", Collect(Created, ReasoningAdded, Text, Text, Completed).Reasoning);
    }

    [Fact]
    public void Encrypted_reasoning_is_taken_from_the_finished_item_with_its_id()
    {
        const string Added = """{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"partial"}}""";
        const string Done = """{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"whole"}}""";
        var reasoning = Updates(Created, Added, Done).SelectMany(update => update.Contents).OfType<TextReasoningContent>().Single();

        Assert.Equal(("", "whole"), (reasoning.Text, reasoning.ProtectedData));
        Assert.Equal("rs_1", Vocabulary.Get<string>(reasoning.AdditionalProperties, Vocabulary.ItemId));
        Assert.Equal("openai-responses", Vocabulary.Get<string>(reasoning.AdditionalProperties, Vocabulary.SignedBy));
    }

    [Fact]
    public void A_refusal_is_read()
    {
        const string Delta = """{"type":"response.refusal.delta","output_index":0,"item_id":"m","content_index":0,"delta":"No."}""";

        Assert.Equal("No.", Collect(Created, Delta, Completed).Refusal);
    }

    [Fact]
    public void A_server_that_adds_DONE_or_leaves_event_names_out_is_understood()
    {
        var text = string.Join("", new[] { Created, TextDelta("Hi"), Completed, "[DONE]" }.Select(data => "data: " + data + "\n\n"));
        var collected = Support.Streams.Collect(ResponsesDialect.Instance, Encoding.UTF8.GetBytes(text));

        Assert.Equal("Hi", collected.Text);
        Assert.True(collected.IsFinished);
    }

    [Fact]
    public void DONE_alone_does_not_end_an_answer()
    {
        var text = "data: " + Created + "\n\ndata: [DONE]\n\n";

        Assert.False(Support.Streams.Collect(ResponsesDialect.Instance, Encoding.UTF8.GetBytes(text)).IsFinished);
    }

    [Theory]
    [InlineData("max_output_tokens", "length")]
    [InlineData("content_filter", "content_filter")]
    public void An_incomplete_answer_has_ended_for_its_reason(string reason, string finish)
    {
        var collected = Collect(Created, CallAdded,
            $$$"""{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"{{{reason}}}"},"output":[]}}""");

        Assert.True(collected.IsFinished);
        Assert.Equal(finish, collected.Finish?.Value);
    }

    [Theory]
    [InlineData("""{"type":"error","sequence_number":2,"error":{"type":"service_unavailable_error","code":"server_is_overloaded","message":"busy","param":null}}""", ErrorKind.Overloaded, "busy")]
    [InlineData("""{"type":"error","code":"rate_limit_exceeded","message":"slow","param":null,"sequence_number":2}""", ErrorKind.RateLimited, "slow")]
    [InlineData("""{"type":"error","error":{"type":"insufficient_quota","code":"insufficient_quota","message":"paid?"}}""", ErrorKind.BudgetExceeded, "paid?")]
    [InlineData("""{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"broke"}}}""", ErrorKind.UpstreamUnavailable, "broke")]
    [InlineData("""{"type":"response.failed","response":{"status":"failed","error":{"code":"invalid_prompt","message":"bad"}}}""", ErrorKind.InvalidRequest, "bad")]
    [InlineData("""{"type":"response.failed","response":{"status":"failed","error":null}}""", ErrorKind.UpstreamUnavailable, null)]
    [InlineData("""{"type":"error","error":{"code":"context_length_exceeded","message":"long"}}""", ErrorKind.ContextLength, "long")]
    public void An_error_inside_a_stream_that_began_well_ends_it(string data, ErrorKind kind, string? message)
    {
        var collected = Collect(Created, TextDelta("Hi"), data);

        Assert.Equal(kind, collected.Error?.Kind);
        Assert.False(collected.IsFinished);
        Assert.Equal(message ?? collected.Error!.Message, collected.Error!.Message);
    }

    [Fact]
    public void An_error_without_any_name_is_still_an_error()
    {
        var text = "data: " + Created + "\n\ndata: {\"error\":{\"message\":\"gone\",\"code\":503}}\n\n";
        var collected = Support.Streams.Collect(ResponsesDialect.Instance, Encoding.UTF8.GetBytes(text));

        Assert.Equal((ErrorKind.Overloaded, 503), (collected.Error!.Kind, collected.Error.Status));
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("[1]")]
    [InlineData("{\"type\":\"response.completed\"")]
    [InlineData("{\"type\":\"response.completed\"}")]
    public void Garbage_is_an_exception_and_never_an_end(string data)
    {
        var reader = ResponsesDialect.Instance.CreateStreamReader();

        Assert.ThrowsAny<System.Text.Json.JsonException>(() => reader.Read("response.completed"u8, Encoding.UTF8.GetBytes(data), []));
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => reader.Read("response.output_text.delta"u8, "{\"delta\":\"x"u8, []));
        Assert.False(reader.IsFinished);
    }

    [Fact]
    public void An_item_of_the_providers_own_is_kept_whole()
    {
        const string Done = """{"type":"response.output_item.done","output_index":0,"item":{"type":"web_search_call","id":"ws_1","status":"completed"}}""";
        var content = Updates(Created, Done).SelectMany(update => update.Contents).Single();

        Assert.Equal("web_search_call", Assert.IsType<OpaqueContent>(content).Type);
    }

    [Fact]
    public void Log_probabilities_come_with_their_text()
    {
        var update = Updates(Created, """{"type":"response.output_text.delta","output_index":0,"delta":"Hi","logprobs":[{"token":"Hi","logprob":-0.5,"top_logprobs":[]}]}""")[^1];

        Assert.Equal("Hi", update.Text);
        Assert.Equal(-0.5, Assert.Single(Vocabulary.Get<List<TokenLogprob>>(update.AdditionalProperties, Vocabulary.TokenLogprobs)!).Logprob);
    }
}
