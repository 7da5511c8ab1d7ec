using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Signalbox.Dialects;

namespace Signalbox.Pipeline.Reading;

/// <summary>Says where in a body the fault is. Runs only when a body was refused, in one pass over its bytes.</summary>
internal static class JsonFault
{
    private const int MaxPathLength = 200;

    public static GatewayError Describe(ReadOnlySpan<byte> bytes, string problem)
    {
        var walk = new Walk();
        var json = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = RequestBody.MaxDepth });
        try
        {
            while (json.Read())
            {
                if (!walk.Take(ref json))
                {
                    return Fault(walk.Path, "has the same key twice", json.TokenStartIndex);
                }

                // The reader itself does not look into strings.
                if (json.TokenType is JsonTokenType.String && !Utf8.IsValid(json.ValueSpan))
                {
                    return Fault(walk.Path, "is not valid UTF-8", json.TokenStartIndex);
                }
            }
        }
        catch (JsonException)
        {
            var tooDeep = json.CurrentDepth >= RequestBody.MaxDepth - 1;
            return Fault(walk.Path, tooDeep ? $"is nested deeper than {RequestBody.MaxDepth} levels" : problem, json.BytesConsumed);
        }
        catch (InvalidOperationException)
        {
            return Fault(walk.Path, problem, json.TokenStartIndex);
        }

        return Fault(walk.Path, problem, json.BytesConsumed);
    }

    /// <summary>The first string or key with half of a surrogate pair, or null.</summary>
    public static GatewayError? FindLoneSurrogate(ReadOnlySpan<byte> bytes)
    {
        var walk = new Walk();
        var json = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = RequestBody.MaxDepth });
        try
        {
            while (json.Read())
            {
                walk.Take(ref json);
                if (json.TokenType is JsonTokenType.String && json.ValueIsEscaped)
                {
                    json.GetString();
                }
            }
        }
        catch (InvalidOperationException)
        {
            return Fault(walk.Path, "has half of a surrogate pair (\\ud800 to \\udfff), which is no text", json.TokenStartIndex);
        }
        catch (JsonException)
        {
            // Not this fault; the parser will name it.
        }

        return null;
    }

    private static GatewayError Fault(string path, string problem, long position)
    {
        var field = path.Length > MaxPathLength ? path[..MaxPathLength] + "..." : path;
        var subject = field.Length == 0 ? "The body" : field;
        return GatewayError.Invalid(field.Length == 0 ? "body" : field, $"{subject} {problem} (at byte {position}).");
    }

    /// <summary>Keeps the path of the current token and the keys seen in each open object.</summary>
    private sealed class Walk
    {
        private readonly List<Level> _levels = [];

        public string Path
        {
            get
            {
                var path = new StringBuilder();
                foreach (var level in _levels)
                {
                    if (level.Keys is null)
                    {
                        path.Append('[').Append(Math.Max(level.Index, 0)).Append(']');
                    }
                    else if (level.Name is { } name)
                    {
                        path.Append(path.Length == 0 ? "" : ".").Append(name);
                    }

                    if (path.Length > 2 * MaxPathLength)
                    {
                        break;
                    }
                }

                return path.ToString();
            }
        }

        /// <summary>False when the token is a key that its object already has.</summary>
        public bool Take(ref Utf8JsonReader json)
        {
            switch (json.TokenType)
            {
                case JsonTokenType.PropertyName:
                    var name = json.GetString()!;
                    _levels[^1] = _levels[^1] with { Name = name };
                    return _levels[^1].Keys!.Add(name);
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    _levels.RemoveAt(_levels.Count - 1);
                    return true;
            }

            if (_levels.Count > 0 && _levels[^1].Keys is null)
            {
                _levels[^1] = _levels[^1] with { Index = _levels[^1].Index + 1 };
            }

            if (json.TokenType is JsonTokenType.StartArray)
            {
                _levels.Add(new Level(null, -1, null));
            }
            else if (json.TokenType is JsonTokenType.StartObject)
            {
                _levels.Add(new Level([], -1, null));
            }

            return true;
        }

        private readonly record struct Level(HashSet<string>? Keys, int Index, string? Name);
    }
}
