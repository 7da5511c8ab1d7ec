using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using static Signalbox.Tests.Dialects.Anthropic.AnthropicHarness;

namespace Signalbox.Tests.Dialects.Anthropic;

public sealed class AnthropicRequestWriterTests
{
    [Theory]
    [InlineData(100, null, 100)]
    [InlineData(null, 64000, 64000)]
    [InlineData(null, null, 4096)]
    public void The_required_output_limit_is_always_written(int? wanted, int? limit, int expected)
    {
        var (body, losses) = Write(Request(new ChatOptions { MaxOutputTokens = wanted }, User("hi")), limit: limit);
        Assert.Equal(expected, body.GetProperty("max_tokens").GetInt32());
        Assert.Equal("", losses);
    }

    [Fact]
    public void More_output_than_the_model_has_is_cut_and_said()
    {
        var (body, losses) = Write(Request(new ChatOptions { MaxOutputTokens = 100_000 }, User("hi")), limit: 8192);
        Assert.Equal(8192, body.GetProperty("max_tokens").GetInt32());
        Assert.Equal("max_tokens;approximated", losses);
    }

    [Fact]
    public void System_and_developer_messages_become_the_system_prompt_and_a_late_one_is_reported()
    {
        var (body, losses) = Write(Request(
            new ChatOptions { Instructions = "first" },
            new ChatMessage(ChatRole.System, "second"), new ChatMessage(Vocabulary.Developer, "third"), User("hi"),
            new ChatMessage(ChatRole.System, "late"), User("there")));
        Same("""[{"type":"text","text":"first"},{"type":"text","text":"second"},{"type":"text","text":"third"},{"type":"text","text":"late"}]""", body.GetProperty("system"));
        Same("""[{"role":"user","content":[{"type":"text","text":"hi"},{"type":"text","text":"there"}]}]""", body.GetProperty("messages"));
        Assert.Equal("messages.system;approximated", losses);
    }

    [Fact]
    public void Consecutive_tool_results_are_merged_into_one_user_message_with_the_results_first()
    {
        var (body, losses) = Write(Request(
            User("go"),
            new ChatMessage(ChatRole.Assistant, [Contents.ToolCall("a", "f", "{}"), Contents.ToolCall("b", "g", """{"x":1}""")]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("a", "1")]),
            User("by the way"),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("b", "2")])));
        Same("""
            [{"role":"user","content":"go"},
             {"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}},{"type":"tool_use","id":"b","name":"g","input":{"x":1}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"1"},{"type":"tool_result","tool_use_id":"b","content":"2"},{"type":"text","text":"by the way"}]}]
            """, body.GetProperty("messages"));
        Assert.Equal("", losses);
    }

    [Fact]
    public void A_conversation_that_begins_with_the_assistant_gets_a_user_turn_before_it_and_says_so()
    {
        var (body, losses) = Write(Request(new ChatMessage(ChatRole.Assistant, "Welcome"), User("hi")));
        Assert.Equal(["user", "assistant", "user"], body.GetProperty("messages").EnumerateArray().Select(static m => m.GetProperty("role").GetString()!));
        Assert.Equal("messages;approximated", losses);
    }

    [Fact]
    public void A_system_prompt_alone_gets_a_user_turn_and_says_so()
    {
        var (body, losses) = Write(Request(new ChatMessage(ChatRole.System, "Tell a joke")));
        Assert.Equal("user", body.GetProperty("messages")[0].GetProperty("role").GetString());
        Assert.Equal("messages;approximated", losses);
    }

    [Fact]
    public void Empty_text_blocks_are_never_written()
    {
        var (body, losses) = Write(Request(
            new ChatMessage(ChatRole.System, ""),
            new ChatMessage(ChatRole.User, [new TextContent(""), new TextContent("hi")]),
            new ChatMessage(ChatRole.Assistant, [new TextContent(""), Contents.ToolCall("a", "f", "")]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("a", "")]),
            new ChatMessage(ChatRole.Assistant, ""),
            new ChatMessage(ChatRole.User, [new TextContent(" \n")])));
        Same("""
            [{"role":"user","content":"hi"},
             {"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"a"}]}]
            """, body.GetProperty("messages"));
        Assert.False(body.TryGetProperty("system", out _));
        Assert.Equal("content.text;dropped", losses);
    }

    [Fact]
    public void A_trailing_assistant_turn_is_refused_for_a_model_without_prefill()
    {
        var outbound = Outbound(Request(User("hi"), new ChatMessage(ChatRole.Assistant, "{")), Newer);
        Write(outbound);
        Assert.Equal((ErrorKind.InvalidRequest, 400, "messages"), (outbound.Refusal!.Kind, outbound.Refusal.Status, outbound.Refusal.Field));
        Assert.Contains("claude-test", outbound.Refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trailing_assistant_turn_goes_to_a_model_with_prefill_without_trailing_white_space()
    {
        var outbound = Outbound(Request(User("hi"), new ChatMessage(ChatRole.Assistant, "Answer: ")), Older);
        Assert.Equal("Answer:", Write(outbound).GetProperty("messages")[1].GetProperty("content").GetString());
        Assert.Null(outbound.Refusal);
        Assert.Equal("messages;approximated", outbound.Losses.ToHeaderValue());
    }

    [Fact]
    public void A_turn_that_a_server_tool_paused_is_sent_back_to_be_continued()
    {
        var call = Json("""{"type":"server_tool_use","id":"s","name":"web_search","input":{}}""");
        var outbound = Outbound(Request(User("hi"), new ChatMessage(ChatRole.Assistant, [new OpaqueContent("anthropic-messages", "server_tool_use", call)])), Newer);
        Same("""[{"type":"server_tool_use","id":"s","name":"web_search","input":{}}]""", Write(outbound).GetProperty("messages")[1].GetProperty("content"));
        Assert.Null(outbound.Refusal);
    }

    [Theory]
    [InlineData(1.5f, "1", "temperature;approximated")]
    [InlineData(0.25f, "0.25", "")]
    [InlineData(1f, "1", "")]
    public void A_temperature_above_one_is_clamped_and_said(float temperature, string expected, string losses)
    {
        var (body, report) = Write(Request(new ChatOptions { Temperature = temperature }, User("hi")));
        Assert.Equal(expected, body.GetProperty("temperature").GetRawText());
        Assert.Equal(losses, report);
    }

    [Fact]
    public void A_model_that_takes_no_sampling_gets_none()
    {
        var (body, losses) = Write(Request(new ChatOptions { Temperature = 0.5f, TopP = 0.9f, TopK = 4 }, User("hi")), Newer);
        Assert.False(body.TryGetProperty("temperature", out _) || body.TryGetProperty("top_p", out _) || body.TryGetProperty("top_k", out _));
        Assert.Equal("temperature;dropped, top_p;dropped, top_k;dropped", losses);
    }

    [Fact]
    public void Temperature_and_top_p_go_together_only_to_a_model_that_takes_both()
    {
        var options = new ChatOptions { Temperature = 0.5f, TopP = 0.9f, TopK = 4 };
        var (body, losses) = Write(Request(options, User("hi")), Older with { SingleSampler = true });
        Assert.True(body.TryGetProperty("temperature", out _) && body.TryGetProperty("top_k", out _) && !body.TryGetProperty("top_p", out _));
        Assert.Equal("top_p;dropped", losses);
        (body, losses) = Write(Request(options, User("hi")));
        Assert.Equal(("0.5", "0.9", ""), (body.GetProperty("temperature").GetRawText(), body.GetProperty("top_p").GetRawText(), losses));
    }

    [Fact]
    public void What_the_protocol_has_no_field_for_is_reported()
    {
        var options = new ChatOptions { FrequencyPenalty = 1, PresencePenalty = 1, Seed = 3 };
        Vocabulary.Set(options, Vocabulary.ChoiceCount, 2);
        Vocabulary.Set(options, Vocabulary.Logprobs, true);
        Assert.Equal(
            "frequency_penalty;dropped, presence_penalty;dropped, seed;dropped, n;dropped, logprobs;dropped",
            Write(Request(options, User("hi"))).Losses);
    }

    [Fact]
    public void Stop_sequences_of_white_space_are_left_out()
    {
        var (body, losses) = Write(Request(new ChatOptions { StopSequences = ["\n", "END"] }, User("hi")));
        Same("""["END"]""", body.GetProperty("stop_sequences"));
        Assert.Equal("stop;approximated", losses);
    }

    [Fact]
    public void Only_thoughts_signed_by_this_provider_go_back_and_in_their_place()
    {
        var own = new TextReasoningContent("") { ProtectedData = "sig", AdditionalProperties = new() { [Vocabulary.SignedBy] = "anthropic-messages" } };
        var redacted = new TextReasoningContent("")
        {
            ProtectedData = "data",
            AdditionalProperties = new() { [Vocabulary.SignedBy] = "anthropic-messages", [Vocabulary.Redacted] = true },
        };
        var foreign = new TextReasoningContent("hm") { ProtectedData = "theirs", AdditionalProperties = new() { [Vocabulary.SignedBy] = "gemini" } };
        var (body, losses) = Write(Request(
            User("go"),
            new ChatMessage(ChatRole.Assistant, [own, redacted, foreign, new TextReasoningContent("unsigned"), new TextContent("ok")]),
            User("on")));
        Same("""[{"type":"thinking","thinking":"","signature":"sig"},{"type":"redacted_thinking","data":"data"},{"type":"text","text":"ok"}]""",
            body.GetProperty("messages")[1].GetProperty("content"));
        Assert.Equal("messages.reasoning;dropped", losses);
    }

    [Fact]
    public void Cache_hints_are_kept_on_tools_system_and_blocks_and_a_fifth_is_dropped()
    {
        var (body, losses) = Write(Read("""
            {"model":"m","max_tokens":5,"tools":[{"name":"f","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral","ttl":"1h"}}],
             "system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],
             "messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}},{"type":"text","text":"b","cache_control":{"type":"ephemeral"}},{"type":"text","text":"c","cache_control":{"type":"ephemeral"}}]}]}
            """));
        Assert.Equal("1h", body.GetProperty("tools")[0].GetProperty("cache_control").GetProperty("ttl").GetString());
        Assert.True(body.GetProperty("system")[0].TryGetProperty("cache_control", out _));
        Assert.Equal([true, true, false], body.GetProperty("messages")[0].GetProperty("content").EnumerateArray().Select(static b => b.TryGetProperty("cache_control", out _)));
        Assert.Equal("cache_control;dropped", losses);
    }

    [Fact]
    public void Arguments_that_are_no_object_become_an_empty_one_and_are_reported()
    {
        var (body, losses) = Write(Request(User("go"), new ChatMessage(ChatRole.Assistant, [Contents.ToolCall("a", "f", """{"cut":"of""")]), User("on")));
        Same("{}", body.GetProperty("messages")[1].GetProperty("content")[0].GetProperty("input"));
        Assert.Equal("tool_call.arguments;approximated", losses);
    }

    [Fact]
    public void Ids_of_other_providers_are_made_safe_alike_in_call_and_result()
    {
        var messages = Write(Request(
            User("go"),
            new ChatMessage(ChatRole.Assistant, [Contents.ToolCall("functions.f:0", "f", "{}")]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("functions.f:0", "1")]))).Body.GetProperty("messages");
        Assert.Equal("functions_f_0", messages[1].GetProperty("content")[0].GetProperty("id").GetString());
        Assert.Equal("functions_f_0", messages[2].GetProperty("content")[0].GetProperty("tool_use_id").GetString());
    }

    [Fact]
    public void The_same_request_is_always_written_in_the_same_bytes()
    {
        var request = Read("""{"model":"m","max_tokens":5,"tools":[{"name":"z","input_schema":{"type":"object","properties":{"b":{},"a":{}}}},{"name":"a","input_schema":{"type":"object"}}],"messages":[{"role":"user","content":"hi"}]}""");
        var first = Write(request).Body.GetRawText();
        Assert.Equal(first, Write(request).Body.GetRawText());
        Assert.Contains("""{"name":"z","input_schema":{"type":"object","properties":{"b":{},"a":{}}}},{"name":"a",""", first, StringComparison.Ordinal);
    }
}
