using System.Reflection;
using System.Text;
using System.Text.Json;
using Signalbox.Configuration;
using Signalbox.Configuration.Fields;

namespace Signalbox.Tests.Configuration;

public class FieldTableTests
{
    public static TheoryData<Type> Records => [.. typeof(SignalboxConfig).Assembly.GetTypes()
        .Where(t => t.Namespace?.StartsWith(typeof(SignalboxConfig).Namespace!, StringComparison.Ordinal) == true && t.Name.EndsWith("Config", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Records))]
    public void Every_property_of_a_record_has_a_row_in_its_table_and_the_other_way_round(Type record)
    {
        var shape = (ConfigShape)record.GetProperty("Shape", BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!;
        string[] notInTheFile = ["Discovered", "ModelVersion", "Name", "Id"];

        var properties = record.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Select(p => p.Name).Except(notInTheFile).Select(n => char.ToLowerInvariant(n[0]) + n[1..]);

        Assert.Equal(properties.Order(), shape.Fields.Select(f => f.Name).Where(n => n != "$schema").Order());
    }

    [Fact]
    public void Every_row_sets_the_property_of_its_name_and_no_other()
    {
        AssertRows(SignalboxConfig.Shape, JsonDocument.Parse(Given.EveryField).RootElement);

        static void AssertRows<T>(ConfigShape<T> shape, JsonElement example)
            where T : notnull
        {
            foreach (var field in shape.Fields.Where(f => f.Name != "$schema"))
            {
                var value = example.GetProperty(field.Name);
                var alone = JsonDocument.Parse($"{{\"{field.Name}\":{value.GetRawText()}}}").RootElement;
                var record = shape.Read(alone, shape.Defaults, ConfigPath.Root, new ConfigReading(Given.Nothing));
                var changed = typeof(T).GetProperties(BindingFlags.Instance | BindingFlags.Public)
                    .Where(p => !Equals(p.GetValue(record), p.GetValue(shape.Defaults))).Select(p => p.Name);
                Assert.Equal(field.Name, Assert.Single(changed), ignoreCase: true);
                if (field.Inner is { } inner)
                {
                    // The type of the record inside is known only at run time.
                    ((Action<ConfigShape<T>, JsonElement>)AssertRows).Method.GetGenericMethodDefinition()
                        .MakeGenericMethod(inner.GetType().GenericTypeArguments)
                        .Invoke(null, [inner, field.HoldsMany ? value.EnumerateObject().First().Value : value]);
                }
            }
        }
    }

    // A row that reads into one property and prints another would lose a setting; no compiler sees it.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void What_is_read_is_what_is_written_field_by_field(int which)
    {
        var json = Given.Loadable[which];
        var config = Given.Valid(json);

        var written = Encoding.UTF8.GetString(JsonBytes.Write(indented: false, writer => SignalboxConfig.Shape.Write(writer, config, hideSecrets: false)));
        var again = Given.Valid(written);
        var expected = json.ReplaceLineEndings("").Replace("\"$schema\": \"./signalbox.schema.json\",", "", StringComparison.Ordinal);

        Assert.Equal(Normal(expected), Normal(written));
        Assert.Equal(Normal(written), Normal(Encoding.UTF8.GetString(JsonBytes.Write(indented: false, writer => SignalboxConfig.Shape.Write(writer, again, hideSecrets: false)))));
    }

    [Fact]
    public void The_example_with_every_field_leaves_none_out()
    {
        AssertCovers(SignalboxConfig.Shape, JsonDocument.Parse(Given.EveryField).RootElement, "$");

        static void AssertCovers(ConfigShape shape, JsonElement json, string path)
        {
            foreach (var field in shape.Fields)
            {
                Assert.True(json.TryGetProperty(field.Name, out var value), $"{path}.{field.Name} is not in the example");
                if (field.Inner is { } inner)
                {
                    AssertCovers(inner, field.HoldsMany ? value.EnumerateObject().First().Value : value, $"{path}.{field.Name}");
                }
            }
        }
    }

    [Fact]
    public void Every_row_says_in_a_sentence_what_it_means()
    {
        AssertSentences(SignalboxConfig.Shape);

        static void AssertSentences(ConfigShape shape)
        {
            foreach (var field in shape.Fields)
            {
                Assert.EndsWith(".", field.Summary, StringComparison.Ordinal);
                if (field.Inner is { } inner)
                {
                    AssertSentences(inner);
                }
            }
        }
    }

    // Field order and numbers written another way are no difference.
    private static string Normal(string json)
    {
        var text = new StringBuilder();
        Append(JsonDocument.Parse(json).RootElement);
        return text.ToString();

        void Append(JsonElement element)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var property in element.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                    {
                        text.Append('\n').Append(property.Name).Append(':');
                        Append(property.Value);
                    }

                    break;
                case JsonValueKind.Array:
                    foreach (var item in element.EnumerateArray())
                    {
                        text.Append('-');
                        Append(item);
                    }

                    break;
                default:
                    text.Append(element.GetRawText()).Append(';');
                    break;
            }
        }
    }
}
