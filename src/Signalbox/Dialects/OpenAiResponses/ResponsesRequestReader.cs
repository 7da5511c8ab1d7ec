using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>
/// Reads a caller's Responses request. State that the provider keeps (<c>previous_response_id</c>, <c>conversation</c>,
/// <c>prompt</c>, <c>background</c>) is let through here: a relay passes it on, a translation is refused elsewhere.
/// </summary>
internal static class ResponsesRequestReader
{
    /// <summary><c>ChatOptions</c>: how much of the reasoning is to be shown, in the caller's word (string).</summary>
    public const string Summary = "reasoning_summary";

    public const string LogprobsInclude = "message.output_text.logprobs";

    public static DialectRequest? Read(InboundRequest inbound, ReadProblems problems)
    {
        var body = inbound.Body;
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object"))
        {
            return null;
        }

        var model = inbound.Model ?? problems.String(body, "model", required: true);
        var messages = new List<ChatMessage>();
        if (problems.String(body, "instructions") is { Length: > 0 } instructions)
        {
            messages.Add(new ChatMessage(ChatRole.System, instructions));
        }

        var options = ReadOptions(body, problems);
        ReadInput(body, messages, problems);
        problems.Bool(body, "background");
        var stream = problems.Bool(body, "stream") ?? inbound.Stream ?? false;
        return problems.Error is not null ? null : new DialectRequest
        {
            Model = model!,
            Messages = messages,
            Options = options,
            Stream = stream,
            Body = body,
        };
    }

    private static void ReadInput(JsonElement body, List<ChatMessage> messages, ReadProblems problems)
    {
        // With a stored prompt or conversation there may be nothing to add.
        var hasState = Has(body, "previous_response_id") || Has(body, "conversation") || Has(body, "prompt");
        if (problems.Get(body, "input", required: !hasState) is not { } input)
        {
            return;
        }

        if (input.ValueKind == JsonValueKind.String)
        {
            messages.Add(new ChatMessage(ChatRole.User, input.GetString()));
        }
        else if (problems.Is(input, JsonValueKind.Array, "input", "a string or an array of items"))
        {
            if (input.GetArrayLength() == 0 && !hasState)
            {
                problems.Fail("input", "must hold at least one item");
            }

            new ResponsesInputReader(messages, problems).Read(input);
        }
    }

    private static bool Has(JsonElement body, string name) => body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    private static ChatOptions ReadOptions(JsonElement body, ReadProblems problems)
    {
        var options = new ChatOptions
        {
            Temperature = problems.Number(body, "temperature"),
            TopP = problems.Number(body, "top_p"),
            MaxOutputTokens = problems.Int(body, "max_output_tokens"),
            AllowMultipleToolCalls = problems.Bool(body, "parallel_tool_calls"),
            ConversationId = problems.String(body, "previous_response_id") ?? ReadConversation(body, problems),
        };
        Vocabulary.Set(options, Vocabulary.User, problems.String(body, "user"));
        ReadLogprobs(body, options, problems);
        ReadReasoning(body, options, problems);
        ReadText(body, options, problems);
        ResponsesTools.Read(body, options, problems);
        OpenAiShared.Read(body, options);
        return options;
    }

    private static string? ReadConversation(JsonElement body, ReadProblems problems)
    {
        if (problems.Get(body, "conversation", required: false) is not { } conversation)
        {
            return null;
        }

        if (conversation.ValueKind == JsonValueKind.String)
        {
            return conversation.GetString();
        }

        if (!problems.Is(conversation, JsonValueKind.Object, "conversation", "a string or an object"))
        {
            return null;
        }

        problems.Enter("conversation");
        var id = problems.String(conversation, "id", required: true);
        problems.Leave();
        return id;
    }

    private static void ReadLogprobs(JsonElement body, ChatOptions options, ReadProblems problems)
    {
        var top = problems.Int(body, "top_logprobs");
        var asked = top > 0;
        if (problems.Array(body, "include") is { } include)
        {
            asked |= OpenAiShared.Strings(include, "include", problems).Contains(LogprobsInclude);
        }

        if (asked)
        {
            Vocabulary.Set(options, Vocabulary.Logprobs, true);
            Vocabulary.Set(options, Vocabulary.TopLogprobs, top);
        }
    }

    private static void ReadReasoning(JsonElement body, ChatOptions options, ReadProblems problems)
    {
        if (problems.Object(body, "reasoning") is not { } reasoning)
        {
            return;
        }

        problems.Enter("reasoning");
        OpenAiShared.SetEffort(options, problems.String(reasoning, "effort"));
        if ((problems.String(reasoning, "summary") ?? problems.String(reasoning, "generate_summary")) is { } summary)
        {
            Vocabulary.Set(options, Summary, summary);
            (options.Reasoning ??= new ReasoningOptions()).Output = summary == "detailed" ? ReasoningOutput.Full : ReasoningOutput.Summary;
        }

        problems.Leave();
    }

    private static void ReadText(JsonElement body, ChatOptions options, ReadProblems problems)
    {
        if (problems.Object(body, "text") is not { } text)
        {
            return;
        }

        problems.Enter("text");
        Vocabulary.Set(options, OpenAiShared.Verbosity, problems.String(text, "verbosity"));
        if (problems.Object(text, "format") is { } format)
        {
            problems.Enter("format");
            ReadFormat(format, options, problems);
            problems.Leave();
        }

        problems.Leave();
    }

    private static void ReadFormat(JsonElement format, ChatOptions options, ReadProblems problems)
    {
        switch (problems.String(format, "type", required: true))
        {
            case "text":
                options.ResponseFormat = ChatResponseFormat.Text;
                break;
            case "json_object":
                options.ResponseFormat = ChatResponseFormat.Json;
                break;
            case "json_schema":
                problems.Object(format, "schema", required: true);
                OpenAiShared.ReadSchema(format, options, problems);
                break;
        }
    }
}
