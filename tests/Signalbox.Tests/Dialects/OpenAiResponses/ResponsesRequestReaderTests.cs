using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.OpenAiResponses;

namespace Signalbox.Tests.Dialects.OpenAiResponses;

public class ResponsesRequestReaderTests
{
    [Fact]
    public void A_string_is_one_user_message()
    {
        var request = Responses.Read("""{"model":"m","input":"hello","stream":true}""");

        Assert.Equal("user: text hello ", Responses.Describe(request.Messages));
        Assert.True(request.Stream);
        Assert.True(request.WantsUsage);
    }

    [Fact]
    public void Instructions_are_the_first_system_message()
    {
        var request = Responses.Read("""{"model":"m","instructions":"Be brief.","input":[{"role":"developer","content":"Metric."},{"role":"user","content":"hi"}]}""");

        Assert.Equal("system: text Be brief. \ndeveloper: text Metric. \nuser: text hi ", Responses.Describe(request.Messages));
    }

    [Fact]
    public void What_one_turn_produced_is_one_assistant_message_and_its_results_one_tool_message()
    {
        var request = Responses.Read(Golden.Read("conversation.request.json"));

        Assert.Equal(["system", "developer", "user", "assistant", "tool", "assistant", "user"], request.Messages.Select(message => message.Role.Value));
        Assert.Equal(
            ["TextReasoningContent", "TextContent", "FunctionCallContent", "FunctionCallContent"],
            request.Messages[3].Contents.Select(content => content.GetType().Name));
        Assert.Equal(2, request.Messages[4].Contents.OfType<FunctionResultContent>().Count());
    }

    [Fact]
    public void Text_after_text_is_another_message_but_not_while_a_call_waits_for_its_result()
    {
        const string Said = """{"role":"assistant","content":"a"},{"role":"assistant","content":"b"}""";
        const string Call = """{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}""";

        Assert.Equal(2, Responses.Read("""{"model":"m","input":[""" + Said + "]}").Messages.Count);
        Assert.Single(Responses.Read("""{"model":"m","input":[""" + Call + "," + Said + "]}").Messages);
    }

    [Fact]
    public void Reasoning_keeps_its_id_and_its_encrypted_content()
    {
        var request = Responses.Read(
            """
            {"model":"m","input":[{"type":"reasoning","id":"rs_9","summary":[{"type":"summary_text","text":"a"},{"type":"summary_text","text":"b"}],"encrypted_content":"enc"},
             {"role":"assistant","content":"x"}]}
            """);

        var reasoning = Assert.IsType<TextReasoningContent>(request.Messages[0].Contents[0]);
        Assert.Equal("a\n\nb", reasoning.Text);
        Assert.Equal("enc", reasoning.ProtectedData);
        Assert.Equal("rs_9", Vocabulary.Get<string>(reasoning.AdditionalProperties, Vocabulary.ItemId));
        Assert.Equal("openai-responses", Vocabulary.Get<string>(reasoning.AdditionalProperties, Vocabulary.SignedBy));
    }

    [Fact]
    public void Items_that_the_gateway_itself_made_come_back_without_their_ids_and_their_reasoning_is_nobodys()
    {
        var answer = Responses.WriteResponse(new ChatResponse(new ChatMessage(ChatRole.Assistant,
            [new TextReasoningContent("thought"), new TextContent("said"), Contents.ToolCall("c", "f", "{}")])));
        var request = Responses.Read("""{"model":"m","input":""" + answer.GetProperty("output").GetRawText() + "}");
        var losses = new LossReport();
        var written = Responses.Write(request, losses);

        Assert.Equal(
            """[{"role":"assistant","content":"said"},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}]""",
            written.GetProperty("input").GetRawText());
        Assert.Equal("messages.reasoning;dropped", losses.ToHeaderValue());
    }

    [Fact]
    public void Arguments_that_were_cut_are_kept_as_they_are()
    {
        var request = Responses.Read("""{"model":"m","input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{\"x\":48"}]}""");

        Assert.Equal("{\"x\":48", Contents.ArgumentsText((FunctionCallContent)request.Messages[0].Contents[0]));
    }

    [Theory]
    [InlineData("""{"type":"web_search_call","id":"ws_1","status":"completed"}""", "assistant")]
    [InlineData("""{"type":"custom_tool_call_output","call_id":"c","output":"x"}""", "tool")]
    [InlineData("""{"type":"mcp_approval_response","approval_request_id":"a","approve":true}""", "tool")]
    [InlineData("""{"id":"msg_7"}""", "assistant")]
    public void An_item_that_only_this_protocol_knows_is_kept_whole(string item, string role)
    {
        var request = Responses.Read("""{"model":"m","input":[""" + item + "]}");

        Assert.Equal(role, request.Messages[0].Role.Value);
        Assert.Equal(item, Assert.IsType<OpaqueContent>(request.Messages[0].Contents[0]).Raw.GetRawText());
        Assert.Equal(item, Responses.Write(request).GetProperty("input")[0].GetRawText());
    }

    [Fact]
    public void Options_are_read()
    {
        var options = Responses.Read(Golden.Read("conversation.request.json")).Options;

        Assert.Equal(0.5f, options.Temperature);
        Assert.Equal(0.9f, options.TopP);
        Assert.Equal(300, options.MaxOutputTokens);
        Assert.False(options.AllowMultipleToolCalls);
        Assert.Equal(ReasoningEffort.High, options.Reasoning?.Effort);
        Assert.Equal(ReasoningOutput.Full, options.Reasoning?.Output);
        Assert.Equal("high", options.AdditionalProperties?[Vocabulary.Effort]);
        Assert.Equal("low", options.AdditionalProperties?["verbosity"]);
        Assert.Equal(true, options.AdditionalProperties?[Vocabulary.Logprobs]);
        Assert.Equal(2, options.AdditionalProperties?[Vocabulary.TopLogprobs]);
        Assert.Equal("u-1", options.AdditionalProperties?[Vocabulary.User]);
        Assert.Equal(true, options.AdditionalProperties?[Vocabulary.SchemaStrict]);
        Assert.Equal("status", Assert.IsType<ChatResponseFormatJson>(options.ResponseFormat).SchemaName);
        Assert.Equal(["pass_status"], Assert.IsType<string[]>(options.AdditionalProperties?[Vocabulary.AllowedTools]));
        Assert.Equal(ChatToolMode.RequireAny, options.ToolMode);
        Assert.Equal(["pass_status", "photo", "web_search"], options.Tools!.Select(tool => tool.Name));
    }

    [Theory]
    [InlineData("\"auto\"", typeof(AutoChatToolMode), null)]
    [InlineData("\"none\"", typeof(NoneChatToolMode), null)]
    [InlineData("\"required\"", typeof(RequiredChatToolMode), null)]
    [InlineData("""{"type":"function","name":"f"}""", typeof(RequiredChatToolMode), "f")]
    public void Tool_choices_are_read(string choice, Type mode, string? name)
    {
        var options = Responses.Read($$"""{"model":"m","input":"x","tool_choice":{{choice}}}""").Options;

        Assert.IsType(mode, options.ToolMode);
        Assert.Equal(name, (options.ToolMode as RequiredChatToolMode)?.RequiredFunctionName);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}""", true)]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","properties":{}}},"required":["a"],"additionalProperties":false}""", false)]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}""", false)]
    [InlineData("""{"type":"object","properties":{"a":{"anyOf":[{"type":"object"},{"type":"null"}]}},"required":["a"],"additionalProperties":false}""", false)]
    [InlineData("{}", false)]
    public void A_tool_that_leaves_strict_out_is_strict_where_its_schema_can_be(string schema, bool strict)
    {
        var options = Responses.Read($$"""{"model":"m","input":"x","tools":[{"type":"function","name":"f","parameters":{{schema}}}]}""").Options;

        Assert.Equal(strict, Assert.IsType<ToolDeclaration>(options.Tools![0]).Strict is true);
    }

    [Theory]
    [InlineData("""{"model":"m","previous_response_id":"resp_1"}""", "resp_1")]
    [InlineData("""{"model":"m","input":"x","conversation":"conv_1"}""", "conv_1")]
    [InlineData("""{"model":"m","conversation":{"id":"conv_2"}}""", "conv_2")]
    [InlineData("""{"model":"m","prompt":{"id":"pmpt_1"}}""", null)]
    [InlineData("""{"model":"m","input":"x","background":true}""", null)]
    public void State_kept_by_the_provider_is_let_through_for_a_relay(string body, string? conversation) =>
        Assert.Equal(conversation, Responses.Read(body).Options.ConversationId);

    [Theory]
    [InlineData("[]", "")]
    [InlineData("""{"input":"x"}""", "model")]
    [InlineData("""{"model":"m"}""", "input")]
    [InlineData("""{"model":"m","input":7}""", "input")]
    [InlineData("""{"model":"m","input":[]}""", "input")]
    [InlineData("""{"model":"m","input":[7]}""", "input[0]")]
    [InlineData("""{"model":"m","input":[{"role":"wizard","content":"x"}]}""", "input[0].role")]
    [InlineData("""{"model":"m","input":[{"type":"message","content":"x"}]}""", "input[0].role")]
    [InlineData("""{"model":"m","input":[{"role":"user"}]}""", "input[0].content")]
    [InlineData("""{"model":"m","input":[{"role":"user","content":[{"type":"input_text"}]}]}""", "input[0].content[0].text")]
    [InlineData("""{"model":"m","input":[{"role":"user","content":[{"type":"input_image","image_url":"no url"}]}]}""", "input[0].content[0].image_url")]
    [InlineData("""{"model":"m","input":[{"role":"user","content":[{"type":"input_file","file_data":"data:x"}]}]}""", "input[0].content[0].file_data")]
    [InlineData("""{"model":"m","input":[{"type":"function_call","name":"f","arguments":"{}"}]}""", "input[0].call_id")]
    [InlineData("""{"model":"m","input":[{"type":"function_call","call_id":"c","name":"f","arguments":{}}]}""", "input[0].arguments")]
    [InlineData("""{"model":"m","input":[{"type":"function_call_output","call_id":"c"}]}""", "input[0].output")]
    [InlineData("""{"model":"m","input":[{"type":"reasoning","summary":"x"}]}""", "input[0].summary")]
    [InlineData("""{"model":"m","input":"x","temperature":"hot"}""", "temperature")]
    [InlineData("""{"model":"m","input":"x","max_output_tokens":1e30}""", "max_output_tokens")]
    [InlineData("""{"model":"m","input":"x","instructions":[]}""", "instructions")]
    [InlineData("""{"model":"m","input":"x","tools":[{"type":"function"}]}""", "tools[0].name")]
    [InlineData("""{"model":"m","input":"x","tools":[{"name":"f"}]}""", "tools[0].type")]
    [InlineData("""{"model":"m","input":"x","tool_choice":"maybe"}""", "tool_choice")]
    [InlineData("""{"model":"m","input":"x","tool_choice":{"type":"function"}}""", "tool_choice.name")]
    [InlineData("""{"model":"m","input":"x","tool_choice":{"type":"function","name":" "}}""", "tool_choice.name")]
    [InlineData("""{"model":"m","input":[{"role":"user","content":[{"type":"input_file","file_id":""}]}]}""", "input[0].content[0].file_id")]
    [InlineData("""{"model":"m","input":"x","text":{"format":{"type":"json_schema","name":"n"}}}""", "text.format.schema")]
    [InlineData("""{"model":"m","input":"x","reasoning":{"effort":3}}""", "reasoning.effort")]
    [InlineData("""{"model":"m","input":"x","include":[3]}""", "include[0]")]
    [InlineData("""{"model":"m","input":"x","stream":"yes"}""", "stream")]
    public void What_is_wrong_is_named_with_its_path(string body, string field)
    {
        var error = Responses.Refuse(body);

        Assert.Equal(ErrorKind.InvalidRequest, error.Kind);
        Assert.Equal(field, error.Field);
    }

    [Fact]
    public void No_value_anywhere_in_a_request_makes_the_reader_throw()
    {
        var body = Golden.Read("conversation.request.json").GetRawText();
        string[] values = ["null", "true", "-1", "1e400", "\"\"", "\" \"", "\"text\"", "[]", "[null]", "[[]]", "{}", """{"type":"x"}""", """[{"type":"function_call"}]"""];
        var refused = 0;
        foreach (var (start, length) in Values(body))
        {
            foreach (var value in values)
            {
                var problems = new ReadProblems();
                var changed = Responses.Json(body[..start] + value + body[(start + length)..]);
                var request = ResponsesDialect.Instance.ReadRequest(new InboundRequest(changed), problems);
                Assert.Equal(problems.Error is null, request is not null);
                refused += problems.Error is null ? 0 : 1;
                if (request is not null)
                {
                    Responses.Write(request);
                }
            }
        }

        Assert.True(refused > 500);
    }

    /// <summary>Where every value of a JSON text stands.</summary>
    private static List<(int Start, int Length)> Values(string text)
    {
        var places = new List<(int, int)>();
        var json = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(text));
        while (json.Read())
        {
            if (json.TokenType is JsonTokenType.PropertyName or JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                continue;
            }

            var start = (int)json.TokenStartIndex;
            var ahead = json;
            ahead.Skip();
            places.Add((start, (int)ahead.BytesConsumed - start));
        }

        return places;
    }
}
