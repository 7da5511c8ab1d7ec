using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Providers;

namespace Signalbox.Tests.Dialects.OpenAiResponses;

public class ResponsesRequestWriterTests
{
    private static readonly ChatMessage User = new(ChatRole.User, "hi");

    [Fact]
    public void A_whole_conversation_is_written_as_the_golden_file_says()
    {
        var losses = new LossReport();
        var written = Responses.Write(Responses.Read(Golden.Read("conversation.request.json")), losses);

        Golden.Check("conversation.written.json", written);
        Assert.True(losses.IsEmpty, losses.ToHeaderValue());
    }

    [Fact]
    public void A_whole_conversation_says_the_same_when_it_is_read_again()
    {
        var request = Responses.Read(Golden.Read("conversation.request.json"));
        var again = Responses.Read(Responses.Write(request));
        again.Options.AdditionalProperties!.Remove("openai.store");

        Assert.Equal(Responses.Describe(request.Messages), Responses.Describe(again.Messages));
        Assert.Equal(Responses.Describe(request.Options), Responses.Describe(again.Options));
        Assert.True(again.Stream);
    }

    [Fact]
    public void The_provider_is_asked_to_store_nothing_and_to_give_reasoning_encrypted()
    {
        var written = Responses.Write(Responses.Request(User));

        Assert.False(written.GetProperty("store").GetBoolean());
        Assert.Equal("reasoning.encrypted_content", written.GetProperty("include")[0].GetString());
    }

    [Fact]
    public void A_model_that_does_not_reason_is_not_asked_for_reasoning()
    {
        var written = Responses.Write(Responses.Request(User), capabilities: ModelCapabilities.Conservative);

        Assert.False(written.TryGetProperty("include", out _));
        Assert.False(written.TryGetProperty("reasoning", out _));
    }

    [Fact]
    public void The_callers_own_wish_to_store_goes_on_to_OpenAI_and_to_nobody_else()
    {
        var request = Responses.Read("""{"model":"m","input":"x","store":true}""");

        Assert.True(Responses.Write(request).GetProperty("store").GetBoolean());
        Assert.False(Responses.Write(request, differences: ProviderDifferences.None).GetProperty("store").GetBoolean());
    }

    [Fact]
    public void Stop_top_k_seed_penalties_and_n_have_no_field_and_are_reported()
    {
        var options = new ChatOptions { StopSequences = ["END"], TopK = 4, Seed = 7, FrequencyPenalty = 1, PresencePenalty = 0.5f };
        Vocabulary.Set(options, Vocabulary.ChoiceCount, 2);
        var losses = new LossReport();
        Responses.Write(Responses.Request(options, User), losses);

        Assert.Equal("stop;dropped, top_k;dropped, seed;dropped, frequency_penalty;dropped, presence_penalty;dropped, n;dropped", losses.ToHeaderValue());
    }

    [Fact]
    public void A_model_without_sampling_gets_no_temperature()
    {
        var losses = new LossReport();
        var written = Responses.Write(
            Responses.Request(new ChatOptions { Temperature = 0.2f, TopP = 0.5f }, User), losses, new ModelCapabilities { Sampling = false });

        Assert.False(written.TryGetProperty("temperature", out _));
        Assert.Equal("temperature;dropped, top_p;dropped", losses.ToHeaderValue());
    }

    [Fact]
    public void Strict_is_said_for_every_tool_because_leaving_it_out_would_mean_strict()
    {
        var schema = Responses.Json("""{"type":"object","properties":{"a":{"type":"string"}}}""");
        var options = new ChatOptions { Tools = [new ToolDeclaration("loose", null, schema), new ToolDeclaration("tight", "d", schema).With(Vocabulary.Strict, true)] };
        var tools = Responses.Write(Responses.Request(options, User)).GetProperty("tools");

        Assert.False(tools[0].GetProperty("strict").GetBoolean());
        Assert.True(tools[1].GetProperty("strict").GetBoolean());
        Assert.Equal("tight", tools[1].GetProperty("name").GetString());
    }

    [Fact]
    public void A_tool_of_another_protocol_is_reported_and_a_choice_without_tools_is_not_written()
    {
        var losses = new LossReport();
        var options = new ChatOptions { Tools = [new OpaqueTool("anthropic-messages", "bash_20250124", Responses.Json("{}"))], ToolMode = ChatToolMode.RequireAny };
        var written = Responses.Write(Responses.Request(options, User), losses);

        Assert.False(written.TryGetProperty("tools", out _));
        Assert.False(written.TryGetProperty("tool_choice", out _));
        Assert.Equal("tools.bash_20250124;dropped, tool_choice;dropped", losses.ToHeaderValue());
    }

    [Fact]
    public void A_choice_of_the_providers_own_tool_comes_back_as_it_was()
    {
        var request = Responses.Read("""{"model":"m","input":"x","tools":[{"type":"web_search"}],"tool_choice":{"type":"web_search"}}""");

        Assert.Equal("""{"type":"web_search"}""", Responses.Write(request).GetProperty("tool_choice").GetRawText());
    }

    [Fact]
    public void Reasoning_of_another_provider_never_becomes_visible_text()
    {
        var foreign = new TextReasoningContent("secret thoughts") { ProtectedData = "sig" };
        Vocabulary.Set(foreign, Vocabulary.SignedBy, "anthropic-messages");
        var call = Contents.ToolCall("c1", "f", "{}");
        Vocabulary.Set(call, Vocabulary.ItemId, "fc_1");
        var losses = new LossReport();
        var written = Responses.Write(
            Responses.Request(User, new ChatMessage(ChatRole.Assistant, [foreign, call]), new ChatMessage(ChatRole.Tool, [new FunctionResultContent("c1", "ok")])), losses);

        Assert.DoesNotContain("secret", written.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("sig", written.GetRawText(), StringComparison.Ordinal);
        // By its id the provider would ask for the reasoning that belonged before the call.
        Assert.False(written.GetProperty("input")[1].TryGetProperty("id", out _));
        Assert.Equal("messages.reasoning;dropped", losses.ToHeaderValue());
    }

    [Fact]
    public void Reasoning_goes_back_only_with_the_item_that_followed_it()
    {
        var request = Responses.Read(
            """
            {"model":"m","input":[{"role":"user","content":"a"},{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"enc"},{"role":"user","content":"b"},
             {"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":"enc2"},{"type":"function_call","id":"fc_2","call_id":"c","name":"f","arguments":"{}"},
             {"type":"function_call_output","call_id":"c","output":"ok"}]}
            """);
        var losses = new LossReport();
        var types = Responses.Write(request, losses).GetProperty("input").EnumerateArray()
            .Select(item => item.TryGetProperty("type", out var type) ? type.GetString() : item.GetProperty("role").GetString());

        Assert.Equal(["user", "user", "reasoning", "function_call", "function_call_output"], types);
        Assert.Equal("messages.reasoning;dropped", losses.ToHeaderValue());
    }

    [Fact]
    public void Text_and_encrypted_content_of_one_reasoning_item_become_one_item_again()
    {
        var text = new TextReasoningContent("thought");
        Vocabulary.Set(text, Vocabulary.SignedBy, "openai-responses");
        Vocabulary.Set(text, Vocabulary.ItemId, "rs_1");
        var data = new TextReasoningContent("") { ProtectedData = "enc" };
        Vocabulary.Set(data, Vocabulary.SignedBy, "openai-responses");
        Vocabulary.Set(data, Vocabulary.ItemId, "rs_1");
        var written = Responses.Write(Responses.Request(new ChatMessage(ChatRole.Assistant, [text, data, new TextContent("x")]))).GetProperty("input");

        Assert.Equal(2, written.GetArrayLength());
        Assert.Equal("""{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"thought"}],"encrypted_content":"enc"}""", written[0].GetRawText());
    }

    [Fact]
    public void A_developer_is_a_system_for_a_provider_that_does_not_know_the_role()
    {
        var losses = new LossReport();
        var written = Responses.Write(
            Responses.Request(User, new ChatMessage(Vocabulary.Developer, "Metric.")), losses, differences: ProviderDifferences.None);

        Assert.Equal("system", written.GetProperty("input")[1].GetProperty("role").GetString());
        Assert.Equal("messages.developer;approximated", losses.ToHeaderValue());
    }

    [Fact]
    public void A_system_message_in_the_middle_stays_where_it_is()
    {
        var written = Responses.Write(Responses.Request(new ChatMessage(ChatRole.System, "A"), User, new ChatMessage(ChatRole.System, "B")));

        Assert.Equal("A", written.GetProperty("instructions").GetString());
        Assert.Equal("""{"role":"system","content":"B"}""", written.GetProperty("input")[1].GetRawText());
    }

    [Fact]
    public void Options_instructions_come_before_the_messages()
    {
        var written = Responses.Write(Responses.Request(new ChatOptions { Instructions = "I" }, new ChatMessage(ChatRole.System, "S"), User));

        Assert.Equal("I", written.GetProperty("instructions").GetString());
        Assert.Equal("S", written.GetProperty("input")[0].GetProperty("content").GetString());
    }

    [Fact]
    public void Results_inside_a_user_message_become_items_in_their_order()
    {
        var message = new ChatMessage(ChatRole.User, [new FunctionResultContent("c1", "one"), new TextContent("and now?")]);
        var input = Responses.Write(Responses.Request(message)).GetProperty("input");

        Assert.Equal("""{"type":"function_call_output","call_id":"c1","output":"one"}""", input[0].GetRawText());
        Assert.Equal("""{"role":"user","content":"and now?"}""", input[1].GetRawText());
    }

    [Fact]
    public void A_failed_tool_is_reported_because_outputs_cannot_say_it()
    {
        var result = new FunctionResultContent("c1", "boom");
        Vocabulary.Set(result, Vocabulary.IsError, true);
        var losses = new LossReport();
        Responses.Write(Responses.Request(new ChatMessage(ChatRole.Tool, [result])), losses);

        Assert.Equal("tool_result.is_error;dropped", losses.ToHeaderValue());
    }

    [Fact]
    public void What_cannot_be_sent_is_reported_and_the_rest_goes_on()
    {
        var losses = new LossReport();
        var message = new ChatMessage(ChatRole.User,
        [
            new TextContent("listen"),
            new DataContent("data:audio/wav;base64,AAAA"),
            new UriContent("https://example.com/a.mp4", "video/mp4"),
            new HostedFileContent("files/gemini-1"),
            new OpaqueContent("anthropic-messages", "search_result", Responses.Json("{}")),
        ]);
        var content = Responses.Write(Responses.Request(message), losses).GetProperty("input")[0].GetProperty("content");

        Assert.Equal("""[{"type":"input_text","text":"listen"}]""", content.GetRawText());
        Assert.Equal("content.audio;dropped, content.video;dropped, content.file;dropped, content.search_result;dropped", losses.ToHeaderValue());
    }

    [Theory]
    [InlineData(0, "none")]
    [InlineData(9000, "medium")]
    [InlineData(-1, "medium")]
    public void A_budget_becomes_an_effort_and_is_reported(int budget, string effort)
    {
        var options = new ChatOptions();
        Vocabulary.Set(options, Vocabulary.ThinkingBudget, budget);
        var losses = new LossReport();
        var written = Responses.Write(Responses.Request(options, User), losses);

        Assert.Equal(effort, written.GetProperty("reasoning").GetProperty("effort").GetString());
        Assert.Equal("reasoning;approximated", losses.ToHeaderValue());
    }

    [Fact]
    public void An_effort_that_the_model_does_not_know_becomes_the_nearest()
    {
        var losses = new LossReport();
        var capabilities = new ModelCapabilities { Reasoning = ReasoningKind.Effort, Efforts = ["low", "medium", "high"] };
        var request = Responses.Read("""{"model":"m","input":"x","reasoning":{"effort":"xhigh"}}""");

        Assert.Equal("high", Responses.Write(request, losses, capabilities).GetProperty("reasoning").GetProperty("effort").GetString());
        Assert.Equal("reasoning;approximated", losses.ToHeaderValue());
    }

    [Fact]
    public void What_a_model_version_refuses_is_left_out_and_reported()
    {
        var losses = new LossReport();
        var capabilities = new ModelCapabilities { Reasoning = ReasoningKind.Effort, RefusedParameters = ["logprobs", "top_logprobs", "reasoning_effort"] };
        var request = Responses.Read("""{"model":"m","input":"x","reasoning":{"effort":"low"},"top_logprobs":2}""");
        var written = Responses.Write(request, losses, capabilities);

        Assert.False(written.TryGetProperty("reasoning", out _));
        Assert.False(written.TryGetProperty("top_logprobs", out _));
        Assert.Equal("""["reasoning.encrypted_content"]""", written.GetProperty("include").GetRawText());
        Assert.Equal("logprobs;dropped, reasoning;dropped", losses.ToHeaderValue());
    }

    [Fact]
    public void A_refusal_goes_back_as_a_refusal()
    {
        var message = new ChatMessage(ChatRole.Assistant, [new ErrorContent("I will not.") { ErrorCode = Vocabulary.Refusal }]);

        Assert.Equal(
            """{"role":"assistant","content":[{"type":"refusal","refusal":"I will not."}]}""",
            Responses.Write(Responses.Request(message)).GetProperty("input")[0].GetRawText());
    }

    [Fact]
    public void No_field_is_ever_null_and_the_same_request_is_the_same_bytes()
    {
        var request = Responses.Read(Golden.Read("conversation.request.json"));
        var written = Responses.Write(request).GetRawText();

        Assert.Equal(written, Responses.Write(request).GetRawText());
        Assert.DoesNotContain("null", written, StringComparison.Ordinal);
        Assert.DoesNotContain("null", Responses.Write(Responses.Request(User), capabilities: ModelCapabilities.Conservative).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void JSON_mode_and_plain_text_are_written()
    {
        Assert.Equal(
            """{"format":{"type":"json_object"}}""",
            Responses.Write(Responses.Request(new ChatOptions { ResponseFormat = ChatResponseFormat.Json }, User)).GetProperty("text").GetRawText());
        Assert.Equal(
            """{"format":{"type":"text"}}""",
            Responses.Write(Responses.Request(new ChatOptions { ResponseFormat = ChatResponseFormat.Text }, User)).GetProperty("text").GetRawText());
    }
}
