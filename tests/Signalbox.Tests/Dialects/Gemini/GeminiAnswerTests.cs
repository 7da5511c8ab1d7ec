using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Gemini;
using static Signalbox.Tests.Dialects.Gemini.GeminiSupport;

namespace Signalbox.Tests.Dialects.Gemini;

public class GeminiAnswerTests
{
    [Theory]
    [InlineData("STOP", "stop", false)]
    [InlineData("MAX_TOKENS", "length", false)]
    [InlineData("SAFETY", "content_filter", true)]
    [InlineData("RECITATION", "content_filter", true)]
    [InlineData("BLOCKLIST", "content_filter", true)]
    [InlineData("PROHIBITED_CONTENT", "content_filter", true)]
    [InlineData("SPII", "content_filter", true)]
    [InlineData("IMAGE_SAFETY", "content_filter", true)]
    [InlineData("IMAGE_PROHIBITED_CONTENT", "content_filter", true)]
    [InlineData("IMAGE_RECITATION", "content_filter", true)]
    [InlineData("MODEL_ARMOR", "content_filter", true)]
    [InlineData("LANGUAGE", "stop", true)]
    [InlineData("MALFORMED_FUNCTION_CALL", "stop", true)]
    [InlineData("UNEXPECTED_TOOL_CALL", "stop", true)]
    [InlineData("TOO_MANY_TOOL_CALLS", "stop", true)]
    [InlineData("NO_IMAGE", "stop", true)]
    [InlineData("OTHER", "stop", true)]
    public void Every_finish_reason_has_a_meaning_and_keeps_its_word(string word, string meaning, bool keepsWord)
    {
        var response = ReadAnswer(Chunk("""{"text":"x"}""", word));

        Assert.Equal(meaning, response.FinishReason!.Value.Value);
        Assert.Equal(keepsWord ? word : null, Vocabulary.Get<string>(response.AdditionalProperties, Vocabulary.RawFinishReason));
        Assert.Equal(word, WriteAnswer(response).GetProperty("candidates")[0].GetProperty("finishReason").GetString());
        Assert.Equal(new ChatFinishReason(meaning), Collect(Sse(Chunk("""{"text":"x"}""", word))).Finish);
    }

    [Fact]
    public void A_finish_reason_of_tomorrow_is_a_plain_stop()
    {
        var response = ReadAnswer(Chunk("""{"text":"x"}""", "TIRED"));

        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal("STOP", WriteAnswer(response).GetProperty("candidates")[0].GetProperty("finishReason").GetString());
    }

    [Fact]
    public void Stop_with_a_call_is_a_call_and_is_written_as_stop_again()
    {
        var response = ReadAnswer(Chunk("""{"functionCall":{"name":"f","args":{"a":1}}}""", "STOP"));

        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
        Assert.Matches("^call_[0-9a-f]{24}$", Assert.IsType<FunctionCallContent>(response.Messages[0].Contents[0]).CallId);
        Assert.Equal("STOP", WriteAnswer(response).GetProperty("candidates")[0].GetProperty("finishReason").GetString());
    }

    [Fact]
    public void A_blocked_prompt_has_no_candidates_and_is_a_finished_refusal()
    {
        const string Body = """{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT","blockReasonMessage":"no"},"usageMetadata":{"promptTokenCount":4,"totalTokenCount":4}}""";
        var response = ReadAnswer(Body);

        Assert.Equal(ChatFinishReason.ContentFilter, response.FinishReason);
        var refusal = Assert.IsType<ErrorContent>(Assert.Single(response.Messages[0].Contents));
        Assert.Equal((Vocabulary.Refusal, "The prompt was blocked by the provider: PROHIBITED_CONTENT (no)"), (refusal.ErrorCode, refusal.Message));
        Assert.Equal(4, response.Usage!.InputTokenCount);

        var streamed = Collect(Sse(Body));
        Assert.True(streamed.IsFinished);
        Assert.Equal((ChatFinishReason.ContentFilter, refusal.Message, ""), (streamed.Finish!.Value, streamed.Refusal, streamed.Text));
    }

    [Fact]
    public void A_blocked_prompt_is_told_to_a_gemini_caller_in_geminis_own_way()
    {
        var written = WriteAnswer(ReadAnswer("""{"promptFeedback":{"blockReason":"SAFETY"}}"""));

        Assert.Equal("SAFETY", written.GetProperty("promptFeedback").GetProperty("blockReason").GetString());
        Assert.False(written.TryGetProperty("candidates", out _));
    }

    [Theory]
    [InlineData("""{"candidates":[{"finishReason":"MAX_TOKENS"}]}""")]
    [InlineData("""{"candidates":[{"content":{},"finishReason":"MAX_TOKENS"}]}""")]
    [InlineData("""{"candidates":[{"content":{"role":"model"},"finishReason":"MAX_TOKENS"}]}""")]
    [InlineData("""{"candidates":[{"content":{"parts":[{}]},"finishReason":"MAX_TOKENS"}]}""")]
    [InlineData("""{"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"MAX_TOKENS"}]}""")]
    public void A_candidate_may_have_no_content_or_no_parts(string body)
    {
        var response = ReadAnswer(body);
        Assert.Empty(response.Messages[0].Contents);
        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
        Assert.Equal("", WriteAnswer(response).GetProperty("candidates")[0].GetProperty("content").GetProperty("parts")[0].GetProperty("text").GetString());

        var streamed = Collect(Sse(body));
        Assert.Equal((ChatFinishReason.Length, ""), (streamed.Finish!.Value, streamed.Text));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"candidates":[]}""")]
    [InlineData("""{"candidates":{}}""")]
    [InlineData("""{"promptFeedback":{"safetyRatings":[]}}""")]
    [InlineData("""[{"candidates":[]}]""")]
    public void An_answer_without_candidates_that_was_not_blocked_breaks_the_protocol(string body)
    {
        var problems = new ReadProblems();
        Assert.Null(GeminiDialect.Sse.ReadResponse(Json(body), problems));
        Assert.NotNull(problems.Error);
    }

    [Fact]
    public void Only_candidate_0_is_read()
    {
        const string Body = """{"candidates":[{"index":1,"content":{"parts":[{"text":"no"}]},"finishReason":"STOP"},{"content":{"parts":[{"text":"yes"}]},"index":0,"finishReason":"STOP"}]}""";

        Assert.Equal("yes", ReadAnswer(Body).Text);
        Assert.Equal("yes", Collect(Sse(Body)).Text);
    }

    [Fact]
    public void Thoughts_are_counted_as_output_tool_prompts_as_input_and_what_is_absent_is_unknown()
    {
        var usage = ReadAnswer(
            """
            {"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":100,"toolUsePromptTokenCount":20,"cachedContentTokenCount":30,
             "candidatesTokenCount":7,"thoughtsTokenCount":5,"totalTokenCount":132}}
            """).Usage!;
        Assert.Equal((120, 30, 12, 5, 132), (usage.InputTokenCount, usage.CachedInputTokenCount, usage.OutputTokenCount, usage.ReasoningTokenCount, usage.TotalTokenCount));

        var partial = ReadAnswer("""{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"totalTokenCount":3}}""").Usage!;
        Assert.Null(partial.OutputTokenCount);
        Assert.Null(partial.CachedInputTokenCount);
        Assert.Null(ReadAnswer("""{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"trafficType":"ON_DEMAND"}}""").Usage);
    }

    [Fact]
    public void Usage_of_other_providers_is_written_in_geminis_terms()
    {
        var written = WriteAnswer(new ChatResponse(new ChatMessage(ChatRole.Assistant, "x"))
        {
            Usage = new UsageDetails { InputTokenCount = 10, CachedInputTokenCount = 4, OutputTokenCount = 9, ReasoningTokenCount = 6 },
        });

        Assert.Equal(
            """{"promptTokenCount":10,"cachedContentTokenCount":4,"candidatesTokenCount":3,"thoughtsTokenCount":6,"totalTokenCount":19}""",
            written.GetProperty("usageMetadata").GetRawText());
    }

    [Fact]
    public void A_full_answer_is_written()
    {
        var call = Contents.ToolCall("toolu_1", "f", """{"a":1}""");
        GeminiParts.Sign(call, "c2ln");
        var foreign = new TextReasoningContent("Let me see.") { ProtectedData = "xyz" };
        Vocabulary.Set(foreign, Vocabulary.SignedBy, "anthropic-messages");
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, [foreign, new TextContent("Hi"), call, new DataContent("data:image/png;base64,AAAA")]))
        {
            ResponseId = "resp-9",
            ModelId = "claude",
            FinishReason = ChatFinishReason.ToolCalls,
            AdditionalProperties = new() { [Vocabulary.RawFinishReason] = "tool_use" },
        };

        Assert.Equal(
            """{"candidates":[{"content":{"parts":[{"text":"Let me see.","thought":true},{"text":"Hi"},{"functionCall":{"id":"toolu_1","name":"f","args":{"a":1}},"thoughtSignature":"c2ln"},"""
            + """{"inlineData":{"mimeType":"image/png","data":"AAAA"}}],"role":"model"},"finishReason":"STOP","index":0}],"modelVersion":"claude","responseId":"resp-9"}""",
            WriteAnswer(response).GetRawText());
    }

    [Fact]
    public void A_refusal_of_another_provider_is_text_that_ends_with_safety()
    {
        var written = WriteAnswer(new ChatResponse(new ChatMessage(ChatRole.Assistant, [new ErrorContent("I cannot help.") { ErrorCode = Vocabulary.Refusal }]))
        {
            FinishReason = ChatFinishReason.ContentFilter,
        });

        var candidate = written.GetProperty("candidates")[0];
        Assert.Equal(("I cannot help.", "SAFETY"), (candidate.GetProperty("content").GetProperty("parts")[0].GetProperty("text").GetString(), candidate.GetProperty("finishReason").GetString()));
    }

    [Fact]
    public void A_paused_turn_does_not_look_complete()
    {
        var candidate = WriteAnswer(new ChatResponse(new ChatMessage(ChatRole.Assistant, "so far")) { FinishReason = Vocabulary.Paused }).GetProperty("candidates")[0];

        Assert.Equal("OTHER", candidate.GetProperty("finishReason").GetString());
        Assert.True(candidate.TryGetProperty("finishMessage", out _));
    }

    [Fact]
    public void A_call_whose_arguments_are_no_object_is_not_given_to_be_run()
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, [Contents.ToolCall("c1", "delete", """{"path": "/tm""")])) { FinishReason = ChatFinishReason.ToolCalls };

        var candidate = WriteAnswer(response).GetProperty("candidates")[0];
        Assert.Equal("MALFORMED_FUNCTION_CALL", candidate.GetProperty("finishReason").GetString());
        Assert.DoesNotContain("delete", candidate.GetRawText(), StringComparison.Ordinal);

        response.FinishReason = ChatFinishReason.Length;
        Assert.Equal("MAX_TOKENS", WriteAnswer(response).GetProperty("candidates")[0].GetProperty("finishReason").GetString());
    }

    [Fact]
    public void Log_probabilities_are_read_and_written()
    {
        const string Result =
            """{"chosenCandidates":[{"token":"a","logProbability":-0.5},{"token":"b","logProbability":-0.25}],"topCandidates":[{"candidates":[{"token":"a","logProbability":-0.5},{"token":"c","logProbability":-2}]},{"candidates":[]}]}""";
        var response = ReadAnswer($$"""{"candidates":[{"content":{"parts":[{"text":"ab"}]},"finishReason":"STOP","logprobsResult":{{Result}}}]}""");

        var tokens = Vocabulary.Get<IReadOnlyList<TokenLogprob>>(response.AdditionalProperties, Vocabulary.TokenLogprobs)!;
        Assert.Equal([("a", -0.5), ("b", -0.25)], tokens.Select(static token => (token.Token, token.Logprob)));
        Assert.Equal("c", tokens[0].Top![1].Token);
        Assert.Equal(Result, WriteAnswer(response).GetProperty("candidates")[0].GetProperty("logprobsResult").GetRawText());
    }

    [Fact]
    public void A_signature_on_an_empty_text_is_kept_and_sent_back()
    {
        var message = ReadAnswer(Chunk("""{"text":"Hi"},{"text":"","thoughtSignature":"c2ln"}""", "STOP")).Messages[0];

        Assert.Equal(2, message.Contents.Count);
        var (body, _) = Write(Request([message]));
        Assert.Equal("""[{"text":"Hi"},{"text":"","thoughtSignature":"c2ln"}]""", body.GetProperty("contents")[0].GetProperty("parts").GetRawText());
    }

    [Fact]
    public void Enums_may_come_as_numbers()
    {
        Assert.Equal(ChatFinishReason.Length, ReadAnswer("""{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":2}]}""").FinishReason);
        var streamed = Collect(Sse("""{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":3}]}"""));
        Assert.Equal((ChatFinishReason.ContentFilter, true), (streamed.Finish!.Value, streamed.IsFinished));
        Assert.False(Collect(Sse("""{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":0}]}""")).IsFinished);
    }
}
