using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiChat;

/// <summary>Tools and tool choice of chat completions, the retired <c>functions</c> included.</summary>
internal static class OpenAiTools
{
    public static void Read(JsonElement body, ChatOptions options, ReadProblems problems)
    {
        if (problems.Array(body, "tools") is { } tools)
        {
            options.Tools = [];
            foreach (var tool in tools.EnumerateArray())
            {
                problems.Enter("tools", options.Tools.Count);
                options.Tools.Add(ReadTool(tool, problems));
                problems.Leave();
            }
        }
        else if (problems.Array(body, "functions") is { } functions)
        {
            options.Tools = [];
            foreach (var function in functions.EnumerateArray())
            {
                problems.Enter("functions", options.Tools.Count);
                options.Tools.Add(ReadFunction(function, problems));
                problems.Leave();
            }
        }

        ReadChoice(body, body.TryGetProperty("tool_choice", out _) ? "tool_choice" : "function_call", options, problems);
    }

    private static AITool ReadTool(JsonElement tool, ReadProblems problems)
    {
        var type = problems.Is(tool, JsonValueKind.Object, null, "an object") ? problems.String(tool, "type") : null;
        if (type is not (null or "function"))
        {
            return new OpaqueTool(OpenAiChatDialect.DialectName, type, tool);
        }

        var function = problems.Object(tool, "function", required: true) ?? default;
        problems.Enter("function");
        var read = ReadFunction(function, problems);
        problems.Leave();
        return read;
    }

    private static ToolDeclaration ReadFunction(JsonElement function, ReadProblems problems)
    {
        var name = problems.String(function, "name", required: true) ?? "";
        var schema = problems.Object(function, "parameters") ?? default;
        return new ToolDeclaration(name, problems.String(function, "description"), schema).With(Vocabulary.Strict, problems.Bool(function, "strict"));
    }

    private static void ReadChoice(JsonElement body, string field, ChatOptions options, ReadProblems problems)
    {
        if (problems.Get(body, field, required: false) is not { } choice)
        {
            return;
        }

        if (choice.ValueKind == JsonValueKind.String)
        {
            options.ToolMode = choice.GetString() switch
            {
                "auto" => ChatToolMode.Auto,
                "none" => ChatToolMode.None,
                // Mistral's word is any.
                "required" or "any" => ChatToolMode.RequireAny,
                _ => null,
            };
            if (options.ToolMode is null)
            {
                problems.Fail(field, "must be auto, none, required or an object that names a function");
            }

            return;
        }

        if (!problems.Is(choice, JsonValueKind.Object, field, "a string or an object"))
        {
            return;
        }

        problems.Enter(field);
        ReadNamedChoice(choice, options, problems);
        problems.Leave();
    }

    private static void ReadNamedChoice(JsonElement choice, ChatOptions options, ReadProblems problems)
    {
        if (problems.Object(choice, "allowed_tools") is { } allowed)
        {
            options.ToolMode = allowed.TryGetProperty("mode", out var mode) && mode.ValueEquals("required"u8) ? ChatToolMode.RequireAny : ChatToolMode.Auto;
            Vocabulary.Set(options, Vocabulary.AllowedTools, AllowedNames(allowed));
            return;
        }

        var named = problems.Object(choice, "function") ?? choice;
        if (choice.TryGetProperty("custom", out var custom) && custom.ValueKind == JsonValueKind.Object)
        {
            named = custom;
        }

        if (problems.String(named, "name", required: true) is not { } name)
        {
            return;
        }

        if (string.IsNullOrWhiteSpace(name))
        {
            problems.Fail("name", "must not be blank");
            return;
        }

        options.ToolMode = ChatToolMode.RequireSpecific(name);
    }

    private static string[] AllowedNames(JsonElement allowed)
    {
        var names = new List<string>();
        if (allowed.TryGetProperty("tools", out var tools) && tools.ValueKind == JsonValueKind.Array)
        {
            foreach (var tool in tools.EnumerateArray())
            {
                if (tool.ValueKind == JsonValueKind.Object && tool.TryGetProperty("function", out var function)
                    && function.ValueKind == JsonValueKind.Object && function.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String)
                {
                    names.Add(name.GetString()!);
                }
            }
        }

        return [.. names];
    }

    public static void Write(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        if (options.Tools is not { Count: > 0 } tools)
        {
            return;
        }

        var written = 0;
        foreach (var tool in tools)
        {
            if (!IsOurs(tool))
            {
                outbound.Losses.Add("tools." + tool.Name, LossKind.Dropped);
                continue;
            }

            if (written++ == 0)
            {
                json.WriteStartArray("tools"u8);
            }

            WriteTool(tool, json);
        }

        // An empty list is refused, and so is a choice without tools.
        if (written == 0)
        {
            return;
        }

        json.WriteEndArray();
        WriteChoice(options, json);
        if (options.AllowMultipleToolCalls is { } parallel)
        {
            json.WriteBoolean("parallel_tool_calls"u8, parallel);
        }
    }

    private static bool IsOurs(AITool tool) => tool is AIFunctionDeclaration or OpaqueTool { Dialect: OpenAiChatDialect.DialectName };

    private static void WriteTool(AITool tool, Utf8JsonWriter json)
    {
        switch (tool)
        {
            case AIFunctionDeclaration function:
                json.WriteStartObject();
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                json.WriteString("name"u8, function.Name);
                if (function.Description.Length > 0)
                {
                    json.WriteString("description"u8, function.Description);
                }

                json.WritePropertyName("parameters"u8);
                function.JsonSchema.WriteTo(json);
                if (function is ToolDeclaration { Strict: { } strict })
                {
                    json.WriteBoolean("strict"u8, strict);
                }

                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case OpaqueTool { Dialect: OpenAiChatDialect.DialectName } own:
                own.Raw.WriteTo(json);
                break;
        }
    }

    private static void WriteChoice(ChatOptions options, Utf8JsonWriter json)
    {
        switch (options.ToolMode)
        {
            case RequiredChatToolMode { RequiredFunctionName: { } name }:
                json.WriteStartObject("tool_choice"u8);
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                json.WriteString("name"u8, name);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case { } mode when Vocabulary.Get<string[]>(options.AdditionalProperties, Vocabulary.AllowedTools) is { Length: > 0 } allowed:
                WriteAllowed(mode, allowed, json);
                break;
            case RequiredChatToolMode:
                json.WriteString("tool_choice"u8, "required"u8);
                break;
            case NoneChatToolMode:
                json.WriteString("tool_choice"u8, "none"u8);
                break;
            case AutoChatToolMode:
                json.WriteString("tool_choice"u8, "auto"u8);
                break;
        }
    }

    private static void WriteAllowed(ChatToolMode mode, string[] allowed, Utf8JsonWriter json)
    {
        json.WriteStartObject("tool_choice"u8);
        json.WriteString("type"u8, "allowed_tools"u8);
        json.WriteStartObject("allowed_tools"u8);
        json.WriteString("mode"u8, mode is RequiredChatToolMode ? "required"u8 : "auto"u8);
        json.WriteStartArray("tools"u8);
        foreach (var name in allowed)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, name);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
