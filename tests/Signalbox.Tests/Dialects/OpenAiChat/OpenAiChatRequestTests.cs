using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Dialects.OpenAiChat;
using Signalbox.Providers;
using Signalbox.Tests.Support;
using static Signalbox.Tests.Dialects.OpenAiChat.OpenAiChatFixture;

namespace Signalbox.Tests.Dialects.OpenAiChat;

public sealed class OpenAiChatRequestTests
{
    [Fact]
    public void An_effort_is_left_out_for_a_model_that_is_known_to_have_none()
    {
        var request = Request(new ChatOptions { Reasoning = new ReasoningOptions { Effort = ReasoningEffort.High } });
        var outbound = Outbound(request, capabilities: new ModelCapabilities { Reasoning = ReasoningKind.Always });
        Assert.DoesNotContain("reasoning_effort", Write(outbound));
        Assert.Equal("reasoning;dropped", outbound.Losses.ToHeaderValue());
        Assert.Contains("\"reasoning_effort\":\"high\"", Write(Outbound(request)));
    }

    [Fact]
    public void A_whole_conversation_is_written_as_the_golden_file_says()
    {
        var outbound = Outbound(Read(GoldenFile.Read("request.json")), capabilities: new ModelCapabilities { MaxCompletionTokens = true, Reasoning = ReasoningKind.Effort });
        GoldenFile.Check("request.written.json", Write(outbound) + "\n");
        Assert.Equal("", outbound.Losses.ToHeaderValue());
    }

    [Fact]
    public void Text_beside_calls_is_written_as_a_string_because_many_servers_take_no_list()
    {
        var message = new ChatMessage(ChatRole.Assistant, [new TextContent("Looking."), Contents.ToolCall("c", "f", "{}")]);
        Assert.Contains("\"content\":\"Looking.\"", Write(Outbound(Request(null, message))));
    }

    [Fact]
    public void An_assistant_message_without_anything_has_an_empty_text_because_null_needs_calls()
    {
        var outbound = Outbound(Request(null, new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("hm")])));
        Assert.Contains("""{"role":"assistant","content":""}""", Write(outbound));
        Assert.Equal("messages.reasoning;dropped", outbound.Losses.ToHeaderValue());
    }

    [Fact]
    public void Results_inside_a_user_message_come_before_its_text_and_alone_make_no_user_message()
    {
        var result = new FunctionResultContent("c", "r");
        var both = Write(Outbound(Request(null, new ChatMessage(ChatRole.User, [new TextContent("go on"), result]))));
        Assert.Contains("""[{"role":"tool","tool_call_id":"c","content":"r"},{"role":"user","content":"go on"}]""", both);
        Assert.Contains("""[{"role":"tool","tool_call_id":"c","content":"r"}]""", Write(Outbound(Request(null, new ChatMessage(ChatRole.User, [result])))));
    }

    [Fact]
    public void A_developer_message_is_a_system_message_where_the_role_is_unknown()
    {
        var outbound = Outbound(Request(null, new ChatMessage(Vocabulary.Developer, "d")), ProviderDifferences.None);
        Assert.Contains("""{"role":"system","content":"d"}""", Write(outbound));
        Assert.Equal("messages.developer;approximated", outbound.Losses.ToHeaderValue());
    }

    [Fact]
    public void Arguments_that_a_limit_cut_are_kept_as_they_are()
    {
        var call = Contents.ToolCall("c", "f", "{\"a\": \"cu");
        Assert.Contains("\"arguments\":\"{\\\"a\\\": \\\"cu\"", Write(Outbound(Request(null, new ChatMessage(ChatRole.Assistant, [call])))));
    }

    [Fact]
    public void Usage_is_always_asked_for_on_streams_but_where_the_switch_is_refused()
    {
        var request = Read("""{"model":"m","stream":true,"messages":[{"role":"user","content":"a"}]}""");
        Assert.False(request.WantsUsage);
        Assert.Contains("""{"include_usage":true}""", Write(Outbound(request)));
        Assert.DoesNotContain("stream_options", Write(Outbound(request, new ProviderDifferences { StreamUsageSwitch = false })));
    }

    [Fact]
    public void The_output_limit_has_the_name_that_the_model_takes()
    {
        var request = Request(new ChatOptions { MaxOutputTokens = 5 });
        Assert.Contains("\"max_tokens\":5", Write(Outbound(request)));
        Assert.Contains("\"max_completion_tokens\":5", Write(Outbound(request, capabilities: new ModelCapabilities { MaxCompletionTokens = true })));
    }

    [Fact]
    public void Sampling_that_a_reasoning_model_refuses_is_left_out_and_reported()
    {
        var outbound = Outbound(Request(new ChatOptions { Temperature = 1, TopP = 1, TopK = 4 }), OpenAi with { TopK = false }, new ModelCapabilities { Sampling = false });
        Assert.DoesNotContain("temperature", Write(outbound));
        Assert.Equal("temperature;dropped, top_p;dropped, top_k;dropped", outbound.Losses.ToHeaderValue());
    }

    [Fact]
    public void A_thinking_budget_becomes_an_effort_and_is_reported()
    {
        var options = new ChatOptions();
        Vocabulary.Set(options, Vocabulary.ThinkingBudget, 10_000);
        var outbound = Outbound(Request(options));
        Assert.Contains("\"reasoning_effort\":\"medium\"", Write(outbound));
        Assert.Equal("reasoning;approximated", outbound.Losses.ToHeaderValue());
    }

    [Fact]
    public void Nothing_is_written_as_null_because_some_servers_refuse_null()
    {
        var written = Write(Outbound(Read("""{"model":"m","messages":[{"role":"user","content":"a"}],"stop":null,"user":null,"tools":null,"temperature":null}""")));
        Assert.Equal("""{"model":"up","messages":[{"role":"user","content":"a"}]}""", written);
    }

    [Fact]
    public void A_tool_result_takes_text_only_and_what_else_it_has_is_reported()
    {
        var result = new FunctionResultContent("c", new List<AIContent> { new TextContent("a"), new DataContent("data:image/png;base64,AAAA"), new TextContent("b") });
        Vocabulary.Set(result, Vocabulary.IsError, true);
        var outbound = Outbound(Request(null, new ChatMessage(ChatRole.Tool, [result])));
        Assert.Contains("\"content\":\"ab\"", Write(outbound));
        Assert.Equal("tool_result.is_error;dropped, tool_result.image;dropped", outbound.Losses.ToHeaderValue());
    }

    [Fact]
    public void A_signature_of_Geminis_compatible_endpoint_goes_back_to_it()
    {
        const string Call = """{"id":"c","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"sig"}}}""";
        var request = Read("""{"model":"m","messages":[{"role":"assistant","tool_calls":[$]}]}""".Replace("$", Call, StringComparison.Ordinal));
        Assert.Contains(Call, Write(Outbound(request)));
    }

    [Fact]
    public void Mistrals_forms_are_understood_too()
    {
        var request = Read("""
            {"model":"m","tool_choice":"any","messages":[{"role":"user","content":[
              {"type":"input_audio","input_audio":"SUQzBAAA"},{"type":"input_audio","input_audio":"https://example.com/a.mp3"}]}]}
            """);
        Assert.Equal(["data audio/mpeg  SUQzBAAA", "uri audio/* https://example.com/a.mp3"], request.Messages[0].Contents.Select(RequestText.Of));
        Assert.Same(ChatToolMode.RequireAny, request.Options.ToolMode);
    }

    [Theory]
    [InlineData("""[]""", "")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}]}""", "model")]
    [InlineData("""{"model":"m"}""", "messages")]
    [InlineData("""{"model":"m","messages":[]}""", "messages")]
    [InlineData("""{"model":"m","messages":"a"}""", "messages")]
    [InlineData("""{"model":"m","messages":[1]}""", "messages[0]")]
    [InlineData("""{"model":"m","messages":[{"content":"a"}]}""", "messages[0].role")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"},{"role":"robot","content":"b"}]}""", "messages[1].role")]
    [InlineData("""{"model":"m","messages":[{"role":"user"}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":{"a":1}}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]}""", "messages[0].content[0].text")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"::"}}]}]}""", "messages[0].content[0].image_url.url")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"!","format":"wav"}}]}]}""", "messages[0].content[0].input_audio.data")]
    [InlineData("""{"model":"m","messages":[{"role":"tool","content":"a"}]}""", "messages[0].tool_call_id")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":{}}}]}]}""", "messages[0].tool_calls[0].function.arguments")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"temperature":"hot"}""", "temperature")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"max_tokens":1.5}""", "max_tokens")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"stop":[1]}""", "stop[0]")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{}}]}""", "tools[0].function.name")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"tool_choice":"maybe"}""", "tool_choice")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"response_format":{"type":"json_schema"}}""", "response_format.json_schema")]
    public void What_is_wrong_is_named_by_its_path(string body, string field)
    {
        var problems = new ReadProblems();
        Assert.Null(OpenAiChatDialect.Instance.ReadRequest(new InboundRequest(StreamChecks.Parse(body)), problems));
        Assert.Equal((field, 400), (problems.Error!.Field, problems.Error.Status));
    }
}
