using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Ollama;

/// <summary>Tools of a chat request. Ollama has no word for how they are chosen.</summary>
internal static class OllamaTools
{
    public static IList<AITool>? Read(JsonElement body, ReadProblems problems)
    {
        if (problems.Array(body, "tools") is not { } list)
        {
            return null;
        }

        var tools = new List<AITool>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            problems.Enter("tools", tools.Count);
            tools.Add(ReadTool(item, problems));
            problems.Leave();
        }

        return tools;
    }

    public static void Write(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        if (options.Tools is not { Count: > 0 } tools || options.ToolMode is NoneChatToolMode)
        {
            // A choice of none is brought about by offering nothing.
            return;
        }

        json.WriteStartArray("tools"u8);
        foreach (var tool in tools)
        {
            WriteTool(tool, outbound.Losses, json);
        }

        json.WriteEndArray();
        var isLimited = Vocabulary.Get<string[]>(options.AdditionalProperties, Vocabulary.AllowedTools) is { Length: > 0 };
        if (options.ToolMode is RequiredChatToolMode || isLimited)
        {
            outbound.Losses.Add("tool_choice", LossKind.Dropped);
        }

        if (options.AllowMultipleToolCalls is false)
        {
            outbound.Losses.Add("parallel_tool_calls", LossKind.Dropped);
        }
    }

    private static AITool ReadTool(JsonElement item, ReadProblems problems)
    {
        var type = problems.Is(item, JsonValueKind.Object, null, "an object") ? problems.String(item, "type") : null;
        if (type is not (null or "" or "function"))
        {
            return new OpaqueTool(OllamaDialect.DialectName, type, item);
        }

        var function = problems.Object(item, "function", required: true) ?? default;
        problems.Enter("function");
        var name = problems.String(function, "name", required: true) ?? "";
        var description = problems.String(function, "description");
        var schema = problems.Object(function, "parameters") ?? default;
        problems.Leave();
        return new ToolDeclaration(name, description, schema);
    }

    private static void WriteTool(AITool tool, LossReport losses, Utf8JsonWriter json)
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
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case OpaqueTool { Dialect: OllamaDialect.DialectName } own:
                own.Raw.WriteTo(json);
                break;
            default:
                losses.Add("tools." + tool.Name, LossKind.Dropped);
                break;
        }
    }
}
