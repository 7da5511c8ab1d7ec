using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Anthropic;
using static Signalbox.Tests.Dialects.Anthropic.AnthropicHarness;

namespace Signalbox.Tests.Dialects.Anthropic;

public sealed class AnthropicAnswerTests
{
    private static ChatResponse ReadWith(string fields, string content = "[]") =>
        ReadAnswer($$"""{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":{{content}},{{fields}}}""");

    [Theory]
    [InlineData("end_turn", "stop")]
    [InlineData("stop_sequence", "stop")]
    [InlineData("max_tokens", "length")]
    [InlineData("model_context_window_exceeded", "length")]
    [InlineData("tool_use", "tool_calls")]
    [InlineData("refusal", "content_filter")]
    [InlineData("pause_turn", "pause_turn")]
    [InlineData("compaction", "pause_turn")]
    [InlineData("something_newer", "stop")]
    public void Every_stop_reason_has_a_meaning_and_an_unknown_one_is_a_plain_stop(string word, string expected) =>
        Assert.Equal(expected, ReadWith($"\"stop_reason\":\"{word}\"").FinishReason!.Value.Value);

    [Theory]
    [InlineData("stop", false, "end_turn")]
    [InlineData("length", false, "max_tokens")]
    [InlineData("tool_calls", true, "tool_use")]
    [InlineData("content_filter", false, "refusal")]
    [InlineData("pause_turn", false, "pause_turn")]
    [InlineData("something_else", false, "end_turn")]
    [InlineData(null, true, "tool_use")]
    [InlineData(null, false, "end_turn")]
    public void Only_stop_reasons_of_the_protocol_are_written(string? finish, bool hasCalls, string expected)
    {
        var message = new ChatMessage(ChatRole.Assistant, hasCalls ? [Contents.ToolCall("a", "f", "{}")] : []);
        var body = WriteAnswer(new ChatResponse(message) { FinishReason = finish is null ? null : new ChatFinishReason(finish) });
        Assert.Equal(expected, body.GetProperty("stop_reason").GetString());
        Assert.Equal("null", body.GetProperty("stop_sequence").GetRawText());
    }

    [Fact]
    public void The_matched_stop_sequence_is_kept()
    {
        var response = ReadWith("\"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"END\"");
        Assert.Equal("END", response.AdditionalProperties![Vocabulary.StopSequence]);
        var body = WriteAnswer(response);
        Assert.Equal(("stop_sequence", "END"), (body.GetProperty("stop_reason").GetString(), body.GetProperty("stop_sequence").GetString()));
    }

    [Fact]
    public void Input_tokens_exclude_the_cache_here_and_include_it_in_the_vocabulary()
    {
        var usage = ReadWith("""
            "usage":{"input_tokens":10,"cache_read_input_tokens":200,"cache_creation_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},
            "output_tokens":7,"output_tokens_details":{"thinking_tokens":4}}
            """).Usage!;
        Assert.Equal((240L, 200L, 7L, 4L, 247L), (usage.InputTokenCount, usage.CachedInputTokenCount, usage.OutputTokenCount, usage.ReasoningTokenCount, usage.TotalTokenCount));
        Assert.Equal((30L, 20L), (usage.AdditionalCounts![Vocabulary.CacheWriteTokens], usage.AdditionalCounts[Vocabulary.CacheWriteHourTokens]));
        Same("""
            {"input_tokens":10,"cache_creation_input_tokens":30,"cache_read_input_tokens":200,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},
             "output_tokens":7,"output_tokens_details":{"thinking_tokens":4}}
            """, WriteAnswer(new ChatResponse { Usage = usage }).GetProperty("usage"));
    }

    [Fact]
    public void Counts_that_were_not_stated_are_absent_and_not_zero()
    {
        var usage = ReadWith("\"usage\":{\"output_tokens\":7}").Usage!;
        Assert.Equal((null, null, 7L, null), (usage.InputTokenCount, usage.CachedInputTokenCount, usage.OutputTokenCount, usage.TotalTokenCount));
        Assert.Null(usage.AdditionalCounts);
        Assert.Null(ReadWith("\"x\":1").Usage);
    }

    [Fact]
    public void Counts_that_the_protocol_demands_and_nobody_stated_are_estimates()
    {
        var body = WriteAnswer(new ChatResponse(new ChatMessage(ChatRole.Assistant, "12345678")), estimate: 55);
        Same("""{"input_tokens":55,"output_tokens":2}""", body.GetProperty("usage"));
    }

    [Fact]
    public void Cached_tokens_of_a_provider_that_counts_them_in_are_subtracted()
    {
        var usage = new UsageDetails { InputTokenCount = 100, CachedInputTokenCount = 80, OutputTokenCount = 5 };
        Same("""{"input_tokens":20,"cache_creation_input_tokens":0,"cache_read_input_tokens":80,"output_tokens":5}""", WriteAnswer(new ChatResponse { Usage = usage }).GetProperty("usage"));
    }

    [Fact]
    public void Blocks_come_over_in_order_and_unknown_ones_are_kept()
    {
        var contents = ReadWith("\"stop_reason\":\"end_turn\"", """
            [{"type":"thinking","thinking":"","signature":"s"},{"type":"server_tool_use","id":"x","name":"web_search","input":{"q":"a"}},
             {"type":"text","text":"hi","citations":[{"type":"web_search_result_location","url":"https://example.test/","title":"T","cited_text":"q","encrypted_index":"e"}]},
             {"type":"tool_use","id":"c","name":"f","input":{"b":1}}]
            """).Messages[0].Contents;
        Assert.Equal("s", ((TextReasoningContent)contents[0]).ProtectedData);
        Assert.Equal("server_tool_use", ((OpaqueContent)contents[1]).Type);
        var citation = (CitationAnnotation)Assert.Single(contents[2].Annotations!);
        Assert.Equal(("T", "q", "https://example.test/"), (citation.Title, citation.Snippet, citation.Url!.OriginalString));
        Assert.Equal("""{"b":1}""", Contents.ArgumentsText((FunctionCallContent)contents[3]));
    }

    [Fact]
    public void A_tool_call_makes_a_plain_stop_a_tool_call_unless_code_of_the_server_made_it()
    {
        Assert.Equal(ChatFinishReason.ToolCalls, ReadWith("\"stop_reason\":\"end_turn\"", """[{"type":"tool_use","id":"c","name":"f","input":{}}]""").FinishReason);
        Assert.Equal(ChatFinishReason.Stop, ReadWith("\"stop_reason\":\"end_turn\"", """[{"type":"tool_use","id":"c","name":"f","input":{},"caller":{"type":"code_execution_20250825","tool_id":"x"}}]""").FinishReason);
    }

    [Fact]
    public void An_answer_without_content_is_read()
    {
        var response = ReadWith("\"stop_reason\":\"refusal\"");
        Assert.Equal("", response.Text);
        Assert.Equal("refusal", response.AdditionalProperties![Vocabulary.RawFinishReason]);
    }

    [Fact]
    public void An_answer_is_written_back_as_it_was_read()
    {
        const string Content = """
            [{"type":"thinking","thinking":"hm","signature":"s"},{"type":"redacted_thinking","data":"d"},
             {"type":"server_tool_use","id":"x","name":"web_search","input":{"q":"a"}},
             {"type":"text","text":"hi","citations":[{"type":"char_location","cited_text":"q","document_index":0}]},
             {"type":"tool_use","id":"c","name":"f","input":{"b":1},"caller":{"type":"direct"}}]
            """;
        var body = WriteAnswer(ReadWith("\"stop_reason\":\"tool_use\",\"usage\":{\"input_tokens\":1,\"output_tokens\":2}", Content));
        Same($$$"""
            {"id":"msg_req1","type":"message","role":"assistant","model":"claude-x","content":{{{Content}}},
             "stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":2}}
            """, body);
    }

    [Fact]
    public void An_answer_whose_provider_names_no_model_has_the_one_that_was_asked_for()
    {
        Assert.Equal("claude-shown", WriteAnswer(new ChatResponse { ModelId = "" }).GetProperty("model").GetString());
        Assert.Equal("claude-shown", WriteAnswer(new ChatResponse()).GetProperty("model").GetString());
    }

    [Fact]
    public void Foreign_thoughts_are_shown_with_an_empty_signature_and_a_refusal_as_text()
    {
        var foreign = new TextReasoningContent("hm") { ProtectedData = "theirs", AdditionalProperties = new() { [Vocabulary.SignedBy] = "gemini" } };
        var body = WriteAnswer(new ChatResponse(new ChatMessage(ChatRole.Assistant, [foreign, new TextContent(""), new ErrorContent("No.") { ErrorCode = Vocabulary.Refusal }]))
        {
            FinishReason = ChatFinishReason.Stop,
        });
        Same("""[{"type":"thinking","thinking":"hm","signature":""},{"type":"text","text":"No."}]""", body.GetProperty("content"));
        Assert.Equal("refusal", body.GetProperty("stop_reason").GetString());
    }

    [Theory]
    [InlineData("""{"type":"message"}""")]
    [InlineData("""{"type":"error","error":{"type":"api_error","message":"x"}}""")]
    [InlineData("""{"content":"text"}""")]
    [InlineData("""{"content":[{"type":"tool_use","id":"a"}]}""")]
    [InlineData("[]")]
    public void An_answer_that_breaks_the_protocol_is_a_problem(string body)
    {
        var problems = new ReadProblems();
        Assert.Null(Dialect.ReadResponse(Json(body), problems));
        Assert.NotNull(problems.Error);
    }

    [Fact]
    public void Token_counts_are_read_and_written()
    {
        var problems = new ReadProblems();
        Assert.Equal(14, AnthropicTokenCounts.ReadResponse(Json("""{"input_tokens":14}"""), problems));
        Assert.Null(problems.Error);
        Assert.Null(AnthropicTokenCounts.ReadResponse(Json("{}"), problems));
        Assert.Equal("input_tokens", problems.Error!.Field);
        Same("""{"input_tokens":14}""", Written(static json => AnthropicTokenCounts.WriteResponse(14, json)));
    }
}
