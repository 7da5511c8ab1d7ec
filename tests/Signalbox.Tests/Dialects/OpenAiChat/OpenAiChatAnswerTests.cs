using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.OpenAiChat;
using Signalbox.Tests.Support;
using static Signalbox.Tests.Dialects.OpenAiChat.OpenAiChatFixture;

namespace Signalbox.Tests.Dialects.OpenAiChat;

public sealed class OpenAiChatAnswerTests
{
    [Fact]
    public void An_answer_is_written_as_the_golden_files_say()
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, [
            new TextReasoningContent("Hm."), new TextContent("Look: "), new TextContent("here"),
            Contents.ToolCall("c0", "look", "{\"a\": 1}"), Contents.ToolCall("c1", "now", "")]))
        {
            ModelId = "claude-x",
            FinishReason = ChatFinishReason.ToolCalls,
            Usage = new UsageDetails { InputTokenCount = 50, OutputTokenCount = 7, CachedInputTokenCount = 40, ReasoningTokenCount = 3 },
            AdditionalProperties = new() { [Vocabulary.TokenLogprobs] = (IReadOnlyList<TokenLogprob>)[new("é", -0.5, [new("e", -1)])] },
        };
        GoldenFile.Check("answer.chat.json", StreamChecks.Json(json => OpenAiChatDialect.Instance.WriteResponse(response, StreamChecks.Context(), json)) + "\n");
        GoldenFile.Check("answer.completions.json", StreamChecks.Json(json => LegacyCompletionsDialect.Instance.WriteResponse(response, StreamChecks.Context(), json)) + "\n");
    }

    [Theory]
    [InlineData("stop", "stop")]
    [InlineData("eos", "stop")]
    [InlineData("", "stop")]
    [InlineData("length", "length")]
    [InlineData("model_length", "length")]
    [InlineData("content_filter", "content_filter")]
    [InlineData("tool_calls", "tool_calls")]
    [InlineData("function_call", "tool_calls")]
    [InlineData("something_new", "stop")]
    public void Every_word_of_the_end_becomes_one_that_the_protocol_has(string said, string written)
    {
        var response = Answer("""{"choices":[{"message":{"content":"a"},"finish_reason":"$"}]}""".Replace("$", said, StringComparison.Ordinal));
        Assert.Equal(written, OpenAiChatResponseWriter.FinishWord(response.FinishReason));
        Assert.Equal("stop", OpenAiChatResponseWriter.FinishWord(Vocabulary.Paused));
    }

    [Fact]
    public void A_forced_tool_that_ends_with_a_plain_stop_ends_as_tool_calls() =>
        Assert.Equal(ChatFinishReason.ToolCalls, Answer(
            """{"choices":[{"message":{"content":null,"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}]}""").FinishReason);

    [Theory]
    [InlineData("""{"name":"","arguments":""}""", 0)]
    [InlineData("""{}""", 0)]
    [InlineData("""{"name":"f","arguments":""}""", 1)]
    public void A_function_call_without_a_name_is_no_call(string call, int count)
    {
        var response = Answer("""{"choices":[{"message":{"content":"4","function_call":$,"tool_calls":null},"finish_reason":"stop"}]}""".Replace("$", call, StringComparison.Ordinal));
        Assert.Equal(count, response.Messages[0].Contents.OfType<Microsoft.Extensions.AI.FunctionCallContent>().Count());
        Assert.Equal(count == 0 ? ChatFinishReason.Stop : ChatFinishReason.ToolCalls, response.FinishReason);
        Assert.Equal("4", response.Text);

        var streamed = Collect(Chunk("""{"content":"4","function_call":$}""".Replace("$", call, StringComparison.Ordinal), "\"stop\""));
        Assert.Equal(count, streamed.Calls.Count);
    }

    [Fact]
    public void A_legacy_call_of_empty_texts_is_no_call()
    {
        var response = Answer("""{"choices":[{"message":{"content":"4","function_call":{"name":"","arguments":""},"tool_calls":null},"finish_reason":"stop"}]}""");
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal("4", response.Text);
        Assert.DoesNotContain(response.Messages[0].Contents, content => content is FunctionCallContent);
    }

    [Fact]
    public void A_filtered_choice_without_a_message_is_an_empty_answer()
    {
        var response = Answer("""{"choices":[{"index":0,"finish_reason":"content_filter","content_filter_results":{}}]}""");
        Assert.Equal(ChatFinishReason.ContentFilter, response.FinishReason);
        Assert.Equal("", response.Text);
    }

    [Theory]
    [InlineData("""{"choices":[]}""", "choices")]
    [InlineData("""{"object":"chat.completion"}""", "choices")]
    [InlineData("""{"choices":[{"error":{"message":"down"},"finish_reason":"error","message":{"content":"ha"}}]}""", "choices[0].finish_reason")]
    public void An_answer_that_is_none_breaks_the_protocol(string body, string field)
    {
        var problems = new ReadProblems();
        Assert.Null(OpenAiChatDialect.Instance.ReadResponse(StreamChecks.Parse(body), problems));
        Assert.Equal(field, problems.Error?.Field);
    }

    [Fact]
    public void Ids_that_are_missing_or_empty_are_made_up()
    {
        var calls = Answer("""{"choices":[{"message":{"tool_calls":[{"function":{"name":"f","arguments":{"a":1}}},{"id":"","function":{"name":"g"}}]}}]}""")
            .Messages[0].Contents.Cast<FunctionCallContent>().ToList();
        Assert.All(calls, call => Assert.Matches("^call_[0-9a-f]{24}$", call.CallId));
        Assert.Equal(["{\"a\":1}", "{}"], calls.Select(Contents.ArgumentsText));
    }

    [Fact]
    public void A_refusal_is_no_text()
    {
        var response = Answer("""{"choices":[{"message":{"content":null,"refusal":"No."},"finish_reason":"stop"}]}""");
        Assert.Equal("", response.Text);
        var written = StreamChecks.Json(json => OpenAiChatDialect.Instance.WriteResponse(response, StreamChecks.Context(), json));
        Assert.Contains("""{"role":"assistant","content":null,"refusal":"No."}""", written);
    }

    [Fact]
    public void Mistrals_parts_are_thinking_and_text()
    {
        var response = Answer("""{"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"a"},{"type":"reference","reference_ids":[1]}]},"finish_reason":"stop"}]}""");
        Assert.Equal(["reasoning hm", "text a"], response.Messages[0].Contents.Select(RequestText.Of));
    }

    [Fact]
    public void Reasoning_that_stands_beside_the_completion_is_output_too()
    {
        var usage = Answer("""{"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":42,"completion_tokens_details":{"reasoning_tokens":30}}}""").Usage!;
        Assert.Equal((10, 32, 30, 42), (usage.InputTokenCount, usage.OutputTokenCount, usage.ReasoningTokenCount, usage.TotalTokenCount));
        var inside = Answer("""{"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":10,"completion_tokens":32,"total_tokens":42,"completion_tokens_details":{"reasoning_tokens":30}}}""").Usage!;
        Assert.Equal(32, inside.OutputTokenCount);
    }

    [Fact]
    public void Usage_that_is_absent_is_not_zero()
    {
        var response = Answer("""{"choices":[{"message":{"content":"a"}}]}""");
        Assert.Null(response.Usage);
        Assert.DoesNotContain("usage", StreamChecks.Json(json => OpenAiChatDialect.Instance.WriteResponse(response, StreamChecks.Context(), json)));
    }

    [Theory]
    [InlineData(429, """{"error":{"message":"slow","type":"requests","code":"rate_limit_exceeded"}}""", ErrorKind.RateLimited, "slow")]
    [InlineData(429, """{"error":{"message":"pay","type":"insufficient_quota","code":"insufficient_quota"}}""", ErrorKind.BudgetExceeded, "pay")]
    [InlineData(402, """{"error":{"message":"credits","code":402}}""", ErrorKind.BudgetExceeded, "credits")]
    [InlineData(400, """{"error":{"message":"long","code":"context_length_exceeded"}}""", ErrorKind.ContextLength, "long")]
    [InlineData(400, """{"error":{"message":"filtered","code":"content_filter","param":"prompt"}}""", ErrorKind.ContentFiltered, "filtered")]
    [InlineData(400, """{"code":"invalid-argument","error":"Incorrect API key provided"}""", ErrorKind.Authentication, "Incorrect API key provided")]
    [InlineData(401, """{"detail":"Invalid API Key"}""", ErrorKind.Authentication, "Invalid API Key")]
    [InlineData(400, """{"object":"error","message":"bad","type":"invalid","code":"1500"}""", ErrorKind.InvalidRequest, "bad")]
    [InlineData(400, """[{"error":{"code":400,"message":"in a list","status":"INVALID_ARGUMENT"}}]""", ErrorKind.InvalidRequest, "in a list")]
    [InlineData(503, """{"error":{"message":"busy","code":"server_is_overloaded"}}""", ErrorKind.Overloaded, "busy")]
    [InlineData(200, """{"error":{"message":"gone","code":404}}""", ErrorKind.NotFound, "gone")]
    [InlineData(200, """{"error":{"message":"broken"}}""", ErrorKind.UpstreamUnavailable, "broken")]
    public void Errors_of_all_compatible_servers_are_understood(int status, string body, ErrorKind kind, string message)
    {
        var error = OpenAiChatDialect.Instance.ReadError(status, StreamChecks.Parse(body));
        Assert.Equal((kind, message), (error.Kind, error.Message));
        Assert.True(error.Status >= 400);
    }

    [Fact]
    public void An_error_is_written_in_the_protocols_shape() => StreamChecks.SameJson(
        """{"error":{"message":"messages is required","type":"invalid_request_error","param":"messages","code":"invalid_request","request_id":"r"}}""",
        StreamChecks.Json(json => OpenAiChatDialect.Instance.WriteError(GatewayError.Invalid("messages", "messages is required"), "r", json)));

    [Fact]
    public void A_prompt_is_one_user_message()
    {
        var request = Read("""{"model":"m","prompt":["a"],"max_tokens":3,"logprobs":2,"stream":true}""", LegacyCompletionsDialect.Instance);
        Assert.Equal("a", Assert.Single(request.Messages).Text);
        Assert.Equal((3, 2), (request.Options.MaxOutputTokens, Vocabulary.Get<int?>(request.Options.AdditionalProperties, Vocabulary.TopLogprobs)));
        Assert.False(request.WantsUsage);
    }
}
