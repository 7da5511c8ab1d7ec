using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Tests.Support;
using static Signalbox.Tests.Dialects.Gemini.GeminiSupport;

namespace Signalbox.Tests.Dialects.Gemini;

public class GeminiRequestWriterTests
{
    private static readonly JsonElement Schema = Json("""{"type":"object","properties":{"a":{"type":"string","format":"uri"}},"additionalProperties":false}""");

    private static ChatMessage User(string text) => new(ChatRole.User, text);

    private static ChatMessage Result(string id, object? result) => new(ChatRole.Tool, [new FunctionResultContent(id, result)]);

    [Theory]
    [InlineData("gemini-2.5-flash", "request.written-2.5.json")]
    [InlineData("gemini-2.0-flash", "request.written-2.0.json")]
    public void A_full_request_is_written_as_the_model_version_takes_it(string upstream, string golden)
    {
        var request = Read(Json(GoldenFile.Read("caller.request.json")));
        var losses = new LossReport();
        var outbound = new OutboundRequest
        {
            Request = request,
            Upstream = upstream,
            Capabilities = new ModelCapabilities { Reasoning = upstream.Contains("2.5", StringComparison.Ordinal) ? ReasoningKind.Budget : ReasoningKind.None },
            Losses = losses,
        };
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            Signalbox.Dialects.Gemini.GeminiDialect.Sse.WriteRequest(outbound, json);
        }

        GoldenFile.Check(golden, System.Text.Encoding.UTF8.GetString(output.ToArray()) + "\n");
        Assert.Equal(upstream.Contains("2.5", StringComparison.Ordinal) ? "" : "tools.parameters;approximated, reasoning;dropped", losses.ToHeaderValue());
    }

    [Fact]
    public void System_and_developer_messages_and_instructions_become_one_system_instruction()
    {
        var (body, losses) = Write(Request(
            [new(ChatRole.System, "one"), new(Vocabulary.Developer, "two"), User("hi")],
            new ChatOptions { Instructions = "zero" }));

        Assert.Equal("""{"parts":[{"text":"zero"},{"text":"one"},{"text":"two"}]}""", body.GetProperty("systemInstruction").GetRawText());
        Assert.Equal("""[{"role":"user","parts":[{"text":"hi"}]}]""", body.GetProperty("contents").GetRawText());
        Assert.Equal("messages.developer;approximated", LossesOf(losses));
    }

    [Fact]
    public void A_system_message_in_the_middle_moves_to_the_front_and_is_reported()
    {
        var (body, losses) = Write(Request([User("hi"), new(ChatRole.System, "later"), User("there")]));

        Assert.Equal("""{"parts":[{"text":"later"}]}""", body.GetProperty("systemInstruction").GetRawText());
        Assert.Equal("messages.system;approximated", LossesOf(losses));
    }

    [Fact]
    public void A_system_prompt_alone_is_said_by_the_user_because_somebody_must_speak()
    {
        var (body, losses) = Write(Request([new(ChatRole.System, "Say hello.")]));

        Assert.Equal("""[{"role":"user","parts":[{"text":"Say hello."}]}]""", body.GetProperty("contents").GetRawText());
        Assert.False(body.TryGetProperty("systemInstruction", out _));
        Assert.Equal("messages.system;emulated", LossesOf(losses));
    }

    [Fact]
    public void All_functions_go_into_one_tool_object()
    {
        var (body, _) = Write(Request([User("hi")], new ChatOptions
        {
            Tools = [new ToolDeclaration("a", null, Schema), new ToolDeclaration("b", "B.", default)],
        }));

        var tool = Assert.Single(body.GetProperty("tools").EnumerateArray().ToList());
        Assert.Equal(2, tool.GetProperty("functionDeclarations").GetArrayLength());
    }

    [Theory]
    [InlineData("gemini-2.5-pro", "parametersJsonSchema")]
    [InlineData("gemini-3-pro-preview", "parametersJsonSchema")]
    [InlineData("something-else", "parametersJsonSchema")]
    [InlineData("gemini-2.0-flash-lite", "parameters")]
    [InlineData("gemini-1.5-pro-002", "parameters")]
    public void Schemas_go_as_json_schema_except_to_models_before_2_5(string upstream, string field)
    {
        var (body, losses) = Write(Request([User("hi")], new ChatOptions
        {
            Tools = [new ToolDeclaration("a", null, Schema)],
            ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema),
        }), upstream);

        Assert.True(body.GetProperty("tools")[0].GetProperty("functionDeclarations")[0].TryGetProperty(field, out _));
        Assert.True(body.GetProperty("generationConfig").TryGetProperty(field == "parameters" ? "responseSchema" : "responseJsonSchema", out _));
        Assert.Equal(field == "parameters" ? "tools.parameters;approximated, response_format;approximated" : "", LossesOf(losses));
    }

    [Fact]
    public void A_function_without_parameters_has_none_for_models_that_refuse_an_empty_object()
    {
        var (body, losses) = Write(Request([User("hi")], new ChatOptions { Tools = [new ToolDeclaration("now", null, default)] }), "gemini-2.0-flash");

        Assert.Equal("""{"name":"now"}""", body.GetProperty("tools")[0].GetProperty("functionDeclarations")[0].GetRawText());
        Assert.True(losses.IsEmpty);
    }

    [Fact]
    public void Tools_of_other_providers_are_dropped_by_name()
    {
        var (body, losses) = Write(Request([User("hi")], new ChatOptions
        {
            Tools = [new OpaqueTool("anthropic-messages", "web_search_20250305", Json("{}")), new OpaqueTool("gemini", "urlContext", Json("{}"))],
        }));

        Assert.Equal("""[{"urlContext":{}}]""", body.GetProperty("tools").GetRawText());
        Assert.Equal("tools.web_search_20250305;dropped", LossesOf(losses));
    }

    [Theory]
    [InlineData("auto", """{"mode":"AUTO"}""")]
    [InlineData("none", """{"mode":"NONE"}""")]
    [InlineData("any", """{"mode":"ANY"}""")]
    [InlineData("named", """{"mode":"ANY","allowedFunctionNames":["a"]}""")]
    [InlineData("allowed", """{"mode":"ANY","allowedFunctionNames":["a","b"]}""")]
    public void Tool_choice_has_its_mode(string choice, string expected)
    {
        var options = new ChatOptions
        {
            Tools = [new ToolDeclaration("a", null, Schema), new ToolDeclaration("b", null, Schema)],
            ToolMode = choice switch
            {
                "auto" => ChatToolMode.Auto,
                "none" => ChatToolMode.None,
                "named" => ChatToolMode.RequireSpecific("a"),
                _ => ChatToolMode.RequireAny,
            },
        };
        Vocabulary.Set(options, Vocabulary.AllowedTools, choice == "allowed" ? new[] { "a", "b" } : null);

        var (body, losses) = Write(Request([User("hi")], options));

        Assert.Equal(expected, body.GetProperty("toolConfig").GetProperty("functionCallingConfig").GetRawText());
        Assert.True(losses.IsEmpty);
    }

    [Fact]
    public void A_free_choice_among_some_tools_offers_only_those()
    {
        var options = new ChatOptions { Tools = [new ToolDeclaration("a", null, Schema), new ToolDeclaration("b", null, Schema)], ToolMode = ChatToolMode.Auto };
        Vocabulary.Set(options, Vocabulary.AllowedTools, new[] { "b" });

        var (body, losses) = Write(Request([User("hi")], options));

        Assert.Equal("b", Assert.Single(body.GetProperty("tools")[0].GetProperty("functionDeclarations").EnumerateArray().ToList()).GetProperty("name").GetString());
        Assert.Equal("tool_choice;emulated", LossesOf(losses));
    }

    [Fact]
    public void There_is_no_switch_for_parallel_calls()
    {
        var (_, losses) = Write(Request([User("hi")], new ChatOptions { Tools = [new ToolDeclaration("a", null, Schema)], AllowMultipleToolCalls = false }));

        Assert.Equal("parallel_tool_calls;dropped", LossesOf(losses));
    }

    [Fact]
    public void Results_of_parallel_calls_go_into_one_content_in_the_order_of_the_calls()
    {
        var (body, _) = Write(Request(
        [
            User("hi"),
            new(ChatRole.Assistant, [Contents.ToolCall("c1", "f", """{"n":1}"""), Contents.ToolCall("c2", "f", """{"n":2}""")]),
            Result("c2", "two"),
            Result("c1", "one"),
            User("and?"),
        ]));

        var contents = body.GetProperty("contents");
        Assert.Equal(4, contents.GetArrayLength());
        Assert.Equal(
            """[{"functionResponse":{"id":"c1","name":"f","response":{"result":"one"}}},{"functionResponse":{"id":"c2","name":"f","response":{"result":"two"}}}]""",
            contents[2].GetProperty("parts").GetRawText());
    }

    [Fact]
    public void Calls_spread_over_several_messages_are_one_step()
    {
        var (body, _) = Write(Request(
        [
            User("hi"),
            new(ChatRole.Assistant, [Contents.ToolCall("c1", "f", "{}")]),
            new(ChatRole.Assistant, [Contents.ToolCall("c2", "g", "{}")]),
            Result("c1", "one"),
            Result("c2", "two"),
        ]));

        Assert.Equal(["user", "model", "user"], body.GetProperty("contents").EnumerateArray().Select(static content => content.GetProperty("role").GetString()!));
        Assert.Equal(2, body.GetProperty("contents")[1].GetProperty("parts").GetArrayLength());
    }

    [Fact]
    public void Results_that_are_no_object_are_wrapped_and_objects_are_not()
    {
        var failure = new FunctionResultContent("d", "boom");
        Vocabulary.Set(failure, Vocabulary.IsError, true);
        var (body, _) = Write(Request(
        [
            new(ChatRole.Assistant, [.. "abcde".Select(static id => Contents.ToolCall(id.ToString(), "f", "{}"))]),
            new(ChatRole.Tool,
            [
                new FunctionResultContent("a", "plain"), new FunctionResultContent("b", Json("""{"degrees":21}""")), new FunctionResultContent("c", Json("[1,2]")),
                failure, new FunctionResultContent("e", Json("""{"result":"nested"}""")),
            ]),
        ]));

        Assert.Equal(
            ["""{"result":"plain"}""", """{"degrees":21}""", """{"result":[1,2]}""", """{"error":"boom"}""", """{"result":{"result":"nested"}}"""],
            body.GetProperty("contents")[1].GetProperty("parts").EnumerateArray().Select(static part => part.GetProperty("functionResponse").GetProperty("response").GetRawText()));
    }

    [Theory]
    [InlineData("gemini-3-flash-preview", true)]
    [InlineData("gemini-2.5-flash", false)]
    public void An_image_that_a_tool_returned_is_inside_its_result_from_version_3_and_beside_it_before(string upstream, bool inside)
    {
        var (body, losses) = Write(Request(
        [
            new(ChatRole.Assistant, [Contents.ToolCall("c1", "draw", "{}")]),
            Result("c1", new List<AIContent> { new TextContent("done"), new DataContent("data:image/png;base64,iVBORw0KGgo=") }),
        ]), upstream);

        var parts = body.GetProperty("contents")[1].GetProperty("parts");
        Assert.Equal("""{"result":"done"}""", parts[0].GetProperty("functionResponse").GetProperty("response").GetRawText());
        Assert.Equal(inside, parts[0].GetProperty("functionResponse").TryGetProperty("parts", out _));
        Assert.Equal(inside ? 1 : 2, parts.GetArrayLength());
        Assert.Equal(inside ? "" : "tool_result.image;emulated", LossesOf(losses));
    }

    [Theory]
    [InlineData("gemini-3-pro-preview", "skip_thought_signature_validator")]
    [InlineData("gemini-2.5-pro", null)]
    public void Calls_that_no_gemini_made_tell_gemini_3_so_on_the_first_call_of_each_step(string upstream, string? expected)
    {
        var (body, _) = Write(Request(
        [
            User("hi"),
            new(ChatRole.Assistant, [Contents.ToolCall("c1", "f", "{}"), Contents.ToolCall("c2", "f", "{}")]),
            Result("c1", "1"),
            Result("c2", "2"),
            new(ChatRole.Assistant, [Contents.ToolCall("c3", "f", "{}")]),
            Result("c3", "3"),
        ]), upstream);

        string? SignatureOf(int content, int part) =>
            body.GetProperty("contents")[content].GetProperty("parts")[part].TryGetProperty("thoughtSignature", out var signature) ? signature.GetString() : null;

        Assert.Equal((expected, null, expected), (SignatureOf(1, 0), SignatureOf(1, 1), SignatureOf(3, 0)));
    }

    [Fact]
    public void Only_geminis_own_signatures_and_thoughts_go_back()
    {
        var own = Contents.ToolCall("c1", "f", "{}");
        Signalbox.Dialects.Gemini.GeminiParts.Sign(own, "b3du");
        var foreign = new TextReasoningContent("hm") { ProtectedData = "zzz" };
        Vocabulary.Set(foreign, Vocabulary.SignedBy, "anthropic-messages");

        var (body, losses) = Write(Request([User("hi"), new(ChatRole.Assistant, [foreign, own])]), "gemini-3-pro-preview");

        Assert.Equal("""[{"functionCall":{"id":"c1","name":"f","args":{}},"thoughtSignature":"b3du"}]""", body.GetProperty("contents")[1].GetProperty("parts").GetRawText());
        Assert.Equal("messages.reasoning;dropped", LossesOf(losses));
    }

    [Fact]
    public void Addresses_become_file_data_and_files_of_other_providers_are_dropped()
    {
        var (body, losses) = Write(Request([new(ChatRole.User,
        [
            new UriContent("https://example.com/cat.png?size=2", "image/*"), new UriContent("https://example.com/cat", "image/*"), new HostedFileContent("file-123"),
        ])]));

        Assert.Equal(
            """[{"fileData":{"mimeType":"image/png","fileUri":"https://example.com/cat.png?size=2"}},{"fileData":{"fileUri":"https://example.com/cat"}}]""",
            body.GetProperty("contents")[0].GetProperty("parts").GetRawText());
        Assert.Equal("content.file;dropped", LossesOf(losses));
    }

    [Fact]
    public void Empty_texts_and_contents_without_parts_are_left_out()
    {
        var (body, losses) = Write(Request([User("hi"), new(ChatRole.Assistant, ""), User("still there?")]));

        Assert.Equal(2, body.GetProperty("contents").GetArrayLength());
        Assert.True(losses.IsEmpty);
    }

    [Fact]
    public void Arguments_that_the_token_limit_cut_become_an_empty_object_and_are_reported()
    {
        var (body, losses) = Write(Request([new(ChatRole.Assistant, [Contents.ToolCall("c1", "f", """{"a": "b""")])]));

        Assert.Equal("{}", body.GetProperty("contents")[0].GetProperty("parts")[0].GetProperty("functionCall").GetProperty("args").GetRawText());
        Assert.Equal("tool_call.arguments;approximated", LossesOf(losses));
    }

    [Fact]
    public void A_refusal_in_the_history_is_text()
    {
        var (body, _) = Write(Request([User("hi"), new(ChatRole.Assistant, [new ErrorContent("I will not.") { ErrorCode = Vocabulary.Refusal }])]));

        Assert.Equal("I will not.", body.GetProperty("contents")[1].GetProperty("parts")[0].GetProperty("text").GetString());
    }

    [Fact]
    public void Values_out_of_googles_range_are_brought_into_it_and_reported()
    {
        var options = new ChatOptions
        {
            Temperature = 3,
            MaxOutputTokens = 100_000,
            Seed = 5_000_000_000,
            StopSequences = ["1", "2", "3", "4", "5", "6"],
        };
        Vocabulary.Set(options, Vocabulary.ChoiceCount, 3);
        Vocabulary.Set(options, Vocabulary.User, "u");

        var (body, losses) = Write(Request([User("hi")], options), maxOutput: 8192);

        var config = body.GetProperty("generationConfig");
        Assert.Equal((2, 8192, 5, 1), (config.GetProperty("temperature").GetInt32(), config.GetProperty("maxOutputTokens").GetInt32(),
            config.GetProperty("stopSequences").GetArrayLength(), config.GetProperty("candidateCount").GetInt32()));
        Assert.Equal(unchecked((int)5_000_000_000), config.GetProperty("seed").GetInt32());
        Assert.Equal("temperature;approximated, seed;approximated, max_tokens;approximated, stop;approximated, n;dropped, user;dropped", LossesOf(losses));
    }

    [Fact]
    public void A_model_without_sampling_gets_none()
    {
        var (body, losses) = Write(
            Request([User("hi")], new ChatOptions { Temperature = 1, TopP = 0.5f, TopK = 3 }), capabilities: new ModelCapabilities { Sampling = false });

        Assert.Equal("{}", body.GetProperty("generationConfig").GetRawText());
        Assert.Equal("temperature;dropped, top_p;dropped, top_k;dropped", LossesOf(losses));
    }

    [Fact]
    public void What_the_catalog_knows_to_be_refused_is_reported_instead_of_sent()
    {
        var options = new ChatOptions { PresencePenalty = 1, FrequencyPenalty = 1, Seed = 1, Temperature = 1 };
        Vocabulary.Set(options, Vocabulary.Logprobs, true);

        var (body, losses) = Write(
            Request([User("hi")], options), capabilities: new ModelCapabilities { RefusedParameters = ["presence_penalty", "frequency_penalty", "seed", "logprobs"] });

        Assert.Equal("""{"temperature":1}""", body.GetProperty("generationConfig").GetRawText());
        Assert.Equal("presence_penalty;dropped, frequency_penalty;dropped, seed;dropped, logprobs;dropped", LossesOf(losses));
    }

    [Fact]
    public void The_same_request_is_always_the_same_bytes()
    {
        var body = Json(GoldenFile.Read("caller.request.json"));
        Assert.Equal(Write(Read(body)).Body.GetRawText(), Write(Read(body)).Body.GetRawText());
    }
}
