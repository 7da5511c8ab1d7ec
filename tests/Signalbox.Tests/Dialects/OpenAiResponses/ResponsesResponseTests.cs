using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.OpenAiResponses;

namespace Signalbox.Tests.Dialects.OpenAiResponses;

public class ResponsesResponseTests
{
    [Theory]
    [InlineData("\"status\":\"completed\"", "stop", null)]
    [InlineData("\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"max_output_tokens\"}", "length", null)]
    [InlineData("\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"content_filter\"}", "content_filter", null)]
    [InlineData("\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"max_tool_calls\"}", "length", "max_tool_calls")]
    [InlineData("\"status\":\"in_progress\"", null, null)]
    [InlineData("\"id\":\"r\"", "stop", null)]
    public void The_end_is_told_by_status_and_reason_so_that_filters_are_not_hidden(string fields, string? finish, string? word)
    {
        var response = Responses.ReadResponse(Responses.Json("{" + fields + ",\"output\":[]}"));

        Assert.Equal(finish, response.FinishReason?.Value);
        Assert.Equal(word, Vocabulary.Get<string>(response.AdditionalProperties, Vocabulary.RawFinishReason));
    }

    [Fact]
    public void A_function_call_makes_the_finish_tool_calls()
    {
        var response = Responses.ReadResponse(Responses.Json(
            """{"status":"completed","output":[{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{\"a\":1}"}]}"""));

        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
        var call = Assert.IsType<FunctionCallContent>(response.Messages[0].Contents[0]);
        Assert.Equal("call_1", call.CallId);
        Assert.Equal("fc_1", Vocabulary.Get<string>(call.AdditionalProperties, Vocabulary.ItemId));
    }

    [Fact]
    public void Counts_that_are_not_there_are_unknown_and_not_zero()
    {
        var usage = Responses.ReadResponse(Responses.Json("""{"output":[],"usage":{"input_tokens":3,"output_tokens":4}}""")).Usage!;

        Assert.Equal((3, 4), (usage.InputTokenCount, usage.OutputTokenCount));
        Assert.Null(usage.TotalTokenCount);
        Assert.Null(usage.CachedInputTokenCount);
        Assert.Null(usage.ReasoningTokenCount);
        Assert.Null(usage.AdditionalCounts);
    }

    [Theory]
    [InlineData("""{"status":"failed","error":{"code":"server_error","message":"it broke"},"output":[]}""", "error")]
    [InlineData("""{"error":{"message":"it broke"}}""", "error")]
    [InlineData("""{"id":"r"}""", "output")]
    [InlineData("\"hello\"", "")]
    public void An_answer_that_failed_or_is_none_is_a_problem(string body, string field)
    {
        var problems = new ReadProblems();

        Assert.Null(ResponsesDialect.Instance.ReadResponse(Responses.Json(body), problems));
        Assert.Equal(field, problems.Error?.Field);
    }

    [Fact]
    public void A_complete_answer_is_written_as_the_golden_file_says()
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant,
        [
            new TextReasoningContent("Two steps."),
            new TextContent("Let me \"see\"."),
            Contents.ToolCall("call_1", "add", """{"a":1}"""),
            Contents.ToolCall("call_2", "now", ""),
        ]))
        {
            ModelId = "answering-model",
            FinishReason = ChatFinishReason.ToolCalls,
            Usage = new UsageDetails
            {
                InputTokenCount = 100,
                OutputTokenCount = 20,
                TotalTokenCount = 120,
                CachedInputTokenCount = 60,
                ReasoningTokenCount = 8,
                AdditionalCounts = new() { [Vocabulary.CacheWriteTokens] = 30 },
            },
        };

        Golden.Check("answer.response.json", Responses.WriteResponse(response, Responses.Context(Golden.Read("conversation.request.json"))));
    }

    [Fact]
    public void A_written_answer_says_the_same_when_it_is_read_again()
    {
        var written = Golden.Read("answer.response.json");
        var response = Responses.ReadResponse(written);
        var again = Responses.WriteResponse(response, Responses.Context(Golden.Read("conversation.request.json")));

        Assert.Equal(Responses.Text(written), Responses.Text(again));
    }

    [Theory]
    [InlineData("length", "incomplete", "max_output_tokens", "incomplete")]
    [InlineData("content_filter", "incomplete", "content_filter", "incomplete")]
    [InlineData("stop", "completed", null, "completed")]
    [InlineData("pause_turn", "completed", null, "completed")]
    public void A_finish_becomes_status_and_reason(string finish, string status, string? reason, string itemStatus)
    {
        var written = Responses.WriteResponse(new ChatResponse(new ChatMessage(ChatRole.Assistant, "x")) { FinishReason = new ChatFinishReason(finish) });

        Assert.Equal(status, written.GetProperty("status").GetString());
        Assert.Equal(itemStatus, written.GetProperty("output")[0].GetProperty("status").GetString());
        Assert.Equal(reason, written.GetProperty("incomplete_details") is { ValueKind: JsonValueKind.Object } details ? details.GetProperty("reason").GetString() : null);
    }

    [Fact]
    public void Signatures_of_others_are_not_shown_and_own_ones_keep_their_item_id()
    {
        var foreign = new TextReasoningContent("") { ProtectedData = "foreign-signature" };
        Vocabulary.Set(foreign, Vocabulary.SignedBy, "anthropic-messages");
        var own = new TextReasoningContent("thought") { ProtectedData = "enc" };
        Vocabulary.Set(own, Vocabulary.SignedBy, "openai-responses");
        Vocabulary.Set(own, Vocabulary.ItemId, "rs_77");
        var output = Responses.WriteResponse(new ChatResponse(new ChatMessage(ChatRole.Assistant, [foreign, own, new TextContent("x")]))).GetProperty("output");

        Assert.Equal(2, output.GetArrayLength());
        Assert.Equal("""{"id":"rs_77","type":"reasoning","summary":[{"type":"summary_text","text":"thought"}],"encrypted_content":"enc"}""", output[0].GetRawText());
    }

    [Fact]
    public void Log_probabilities_go_both_ways()
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, "Hi")) { AdditionalProperties = [] };
        response.AdditionalProperties[Vocabulary.TokenLogprobs] = new List<TokenLogprob> { new("Hi", -0.25, [new("Hi", -0.25), new("Ho", -2)]) };
        var again = Responses.ReadResponse(Responses.WriteResponse(response));

        var token = Assert.Single(Vocabulary.Get<List<TokenLogprob>>(again.AdditionalProperties, Vocabulary.TokenLogprobs)!);
        Assert.Equal(("Hi", -0.25), (token.Token, token.Logprob));
        Assert.Equal(["Hi", "Ho"], token.Top!.Select(alternative => alternative.Token));
    }

    [Fact]
    public void A_refusal_goes_both_ways()
    {
        var written = Responses.WriteResponse(new ChatResponse(new ChatMessage(ChatRole.Assistant, [new ErrorContent("No.") { ErrorCode = Vocabulary.Refusal }])));

        Assert.Equal("""[{"type":"refusal","refusal":"No."}]""", written.GetProperty("output")[0].GetProperty("content").GetRawText());
        Assert.Equal("No.", Assert.IsType<ErrorContent>(Responses.ReadResponse(written).Messages[0].Contents[0]).Message);
    }
}
