using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.Gemini;

namespace Signalbox.Dialects.GeminiSchemas;

/// <summary>Reads a caller's tools and tool choice.</summary>
internal static class GeminiTools
{
    public static void Read(JsonElement body, ChatOptions options, ReadProblems problems)
    {
        if (problems.Array(body, "tools") is { } tools)
        {
            options.Tools = [];
            var index = 0;
            foreach (var tool in tools.EnumerateArray())
            {
                problems.Enter("tools", index++);
                ReadTool(tool, options.Tools, problems);
                problems.Leave();
            }
        }

        var field = GeminiFields.Of(body, "toolConfig");
        if (problems.Object(body, field) is { } config)
        {
            problems.Enter(field);
            ReadConfig(config, options, problems);
            problems.Leave();
        }
    }

    /// <summary>A tool object may hold functions and tools of Google's own side by side.</summary>
    private static void ReadTool(JsonElement tool, IList<AITool> tools, ReadProblems problems)
    {
        if (!problems.Is(tool, JsonValueKind.Object, null, "an object"))
        {
            return;
        }

        foreach (var property in tool.EnumerateObject())
        {
            if (property.Name is "functionDeclarations" or "function_declarations")
            {
                ReadFunctions(tool, property.Name, tools, problems);
            }
            else if (property.Value.ValueKind != JsonValueKind.Null)
            {
                tools.Add(new OpaqueTool(GeminiDialect.DialectName, GeminiFields.ToCamel(property.Name), property.Value));
            }
        }
    }

    private static void ReadFunctions(JsonElement tool, string field, IList<AITool> tools, ReadProblems problems)
    {
        if (problems.Array(tool, field) is not { } functions)
        {
            return;
        }

        var index = 0;
        foreach (var function in functions.EnumerateArray())
        {
            problems.Enter(field, index++);
            if (problems.Is(function, JsonValueKind.Object, null, "an object"))
            {
                var name = problems.String(function, "name", required: true) ?? "";
                tools.Add(new ToolDeclaration(name, problems.String(function, "description"), ReadParameters(function, problems)));
            }

            problems.Leave();
        }
    }

    private static JsonElement ReadParameters(JsonElement function, ReadProblems problems)
    {
        if (problems.Object(function, GeminiFields.Of(function, "parametersJsonSchema")) is { } schema)
        {
            return schema;
        }

        return problems.Object(function, "parameters") is { } subset ? GeminiSchemaReader.Read(subset) : default;
    }

    private static void ReadConfig(JsonElement config, ChatOptions options, ReadProblems problems)
    {
        var field = GeminiFields.Of(config, "functionCallingConfig");
        if (problems.Object(config, field) is not { } calling)
        {
            return;
        }

        problems.Enter(field);
        var namesField = GeminiFields.Of(calling, "allowedFunctionNames");
        var allowed = problems.Array(calling, namesField) is { } names ? Strings(names, namesField, problems) : [];
        if (allowed.Exists(string.IsNullOrWhiteSpace))
        {
            problems.Fail(namesField, "must hold the names of functions");
        }

        switch (problems.String(calling, "mode")?.ToUpperInvariant())
        {
            case not null when problems.Error is not null:
                break;
            case "ANY" when allowed.Count == 1:
                options.ToolMode = ChatToolMode.RequireSpecific(allowed[0]);
                break;
            case "ANY":
                options.ToolMode = ChatToolMode.RequireAny;
                Vocabulary.Set(options, Vocabulary.AllowedTools, allowed.Count > 0 ? allowed.ToArray() : null);
                break;
            case "NONE":
                options.ToolMode = ChatToolMode.None;
                break;
            case "AUTO" or "VALIDATED":
                options.ToolMode = ChatToolMode.Auto;
                Vocabulary.Set(options, Vocabulary.AllowedTools, allowed.Count > 0 ? allowed.ToArray() : null);
                break;
            case null or "MODE_UNSPECIFIED":
                break;
            default:
                problems.Fail("mode", "must be AUTO, ANY, NONE or VALIDATED");
                break;
        }

        problems.Leave();
    }

    /// <summary>An array of strings.</summary>
    public static List<string> Strings(JsonElement array, string name, ReadProblems problems)
    {
        var strings = new List<string>(array.GetArrayLength());
        foreach (var item in array.EnumerateArray())
        {
            problems.Enter(name, strings.Count);
            if (problems.Is(item, JsonValueKind.String, null, "a string"))
            {
                strings.Add(item.GetString()!);
            }

            problems.Leave();
            if (problems.Error is not null)
            {
                break;
            }
        }

        return strings;
    }
}
