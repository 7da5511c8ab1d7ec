using System.Text.Json;

namespace Signalbox.Catalog;

/// <summary>
/// Reads catalog.json in one pass: it is on the way to the first answer after a start, so no document is built, and nothing is
/// used that must be compiled at run time (Enum.Parse, collections of foreign structs). The file is part of the library;
/// whatever is wrong with it is a bug and throws.
/// </summary>
internal sealed class CatalogReader
{
    private readonly Dictionary<string, ModelFamily> _families = new(StringComparer.Ordinal);
    private readonly List<CatalogProvider> _providers = [];
    private ModelPrice _priceDefaults = new() { From = default, Source = "", Input = 0 };

    public IReadOnlyList<CatalogProvider> Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (NextProperty(ref reader) is { } name)
        {
            switch (name)
            {
                case "priceDefaults": _priceDefaults = ReadPrice(ref reader, _priceDefaults); break;
                case "families": ReadFamilies(ref reader); break;
                case "providers": ReadProviders(ref reader); break;
                default: throw Unknown(name, "the catalog");
            }
        }

        return _providers;
    }

    private void ReadFamilies(ref Utf8JsonReader reader)
    {
        while (NextProperty(ref reader) is { } name)
        {
            _families.Add(name, ModelFamily.Read(ref reader, _families));
        }
    }

    private void ReadProviders(ref Utf8JsonReader reader)
    {
        while (NextProperty(ref reader) is { } name)
        {
            ReadProvider(ref reader, name);
        }
    }

    private void ReadProvider(ref Utf8JsonReader reader, string provider)
    {
        var settings = CatalogProviderSettings.None;
        var models = new List<CatalogModel>();
        var priceDefaults = _priceDefaults;
        string? sameAs = null, priceNote = null;
        while (NextProperty(ref reader) is { } name)
        {
            switch (name)
            {
                case "unknown": settings = settings with { Unknown = Family(ref reader).Capabilities }; break;
                case "unknownNames": settings = settings with { UnknownNames = Strings(ref reader) }; break;
                case "prefix": settings = settings with { Prefix = reader.GetString() }; break;
                case "priceDefaults": priceDefaults = ReadPrice(ref reader, _priceDefaults); break;
                case "datedPrices": settings = settings with { DatedPrices = reader.GetBoolean() }; break;
                case "sameAs": sameAs = reader.GetString(); break;
                case "priceNote": priceNote = reader.GetString(); break;
                case "models":
                    while (NextItem(ref reader))
                    {
                        models.Add(ReadModel(ref reader, provider, priceDefaults));
                    }

                    break;
                default: throw Unknown(name, provider);
            }
        }

        if (sameAs is not null)
        {
            CopyModels(sameAs, provider, priceNote, models);
        }

        _providers.Add(new CatalogProvider(provider, settings, models));
    }

    private void CopyModels(string from, string provider, string? priceNote, List<CatalogModel> models)
    {
        var source = _providers.Find(listed => listed.Name == from) ?? throw Unknown(from, "the providers above");
        foreach (var model in source.Models)
        {
            var prices = new ModelPrice[model.Prices.Count];
            for (var i = 0; i < prices.Length; i++)
            {
                prices[i] = model.Prices[i] with { Source = $"{priceNote}; {model.Prices[i].Source}" };
            }

            models.Add(model with { Provider = provider, Prices = prices });
        }
    }

    private CatalogModel ReadModel(ref Utf8JsonReader reader, string provider, ModelPrice priceDefaults)
    {
        var model = new CatalogModel { Provider = provider, Id = "" };
        while (NextProperty(ref reader) is { } name)
        {
            model = name switch
            {
                "id" => model with { Id = reader.GetString()! },
                "family" => Family(ref reader).ApplyTo(model),
                "default" => model with { IsDefault = reader.GetBoolean() },
                "context" => model with { ContextWindow = reader.GetInt32() },
                "maxOutput" => model with { MaxOutputTokens = reader.GetInt32() },
                "input" => model with { Input = ModelFamily.ReadModalities(ref reader) },
                "output" => model with { Output = ModelFamily.ReadModalities(ref reader) },
                "minCacheTokens" => model with { Capabilities = model.Capabilities with { MinCacheTokens = reader.GetInt32() } },
                "quality" => model with { Quality = reader.GetDouble() },
                "aliases" => model with { Aliases = Strings(ref reader) },
                "prices" => model with { Prices = ReadPrices(ref reader, priceDefaults) },
                _ => throw Unknown(name, model.Id),
            };
        }

        return model;
    }

    private static ModelPrice[] ReadPrices(ref Utf8JsonReader reader, ModelPrice defaults)
    {
        var prices = new List<ModelPrice>(1);
        while (NextItem(ref reader))
        {
            prices.Add(ReadPrice(ref reader, defaults));
        }

        return [.. prices];
    }

    private static ModelPrice ReadPrice(ref Utf8JsonReader reader, ModelPrice price)
    {
        while (NextProperty(ref reader) is { } name)
        {
            price = name switch
            {
                "from" => price with { From = DateOnly.FromDateTime(reader.GetDateTime()) },
                "source" => price with { Source = reader.GetString()! },
                "input" => price with { Input = reader.GetDecimal() },
                "output" => price with { Output = reader.GetDecimal() },
                "cacheRead" => price with { CacheRead = reader.GetDecimal() },
                "cacheWrite" => price with { CacheWrite = reader.GetDecimal() },
                "reasoning" => price with { Reasoning = reader.GetDecimal() },
                "audioInput" => price with { AudioInput = reader.GetDecimal() },
                "audioOutput" => price with { AudioOutput = reader.GetDecimal() },
                "audioMinute" => price with { AudioMinute = reader.GetDecimal() },
                "above" => price with { LongContextAbove = reader.GetInt32() },
                "long" => ReadLongContext(ref reader, price),
                _ => throw Unknown(name, "a price"),
            };
        }

        return price;
    }

    // The long price starts from nothing but the day and source of the price it belongs to; its "above" moves up to that one.
    private static ModelPrice ReadLongContext(ref Utf8JsonReader reader, ModelPrice price)
    {
        var rate = ReadPrice(ref reader, new ModelPrice { From = price.From, Source = price.Source, Input = 0 });
        return price with { LongContextAbove = rate.LongContextAbove, LongContext = rate with { LongContextAbove = null } };
    }

    private ModelFamily Family(ref Utf8JsonReader reader) => _families[reader.GetString()!];

    // The reader stands on the object's opening brace or on the value of its last property; afterwards on the next value.
    internal static string? NextProperty(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            return null;
        }

        var name = reader.GetString();
        reader.Read();
        return name;
    }

    internal static bool NextItem(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType != JsonTokenType.EndArray;
    }

    internal static string[] Strings(ref Utf8JsonReader reader)
    {
        var strings = new List<string>();
        while (NextItem(ref reader))
        {
            strings.Add(reader.GetString()!);
        }

        return [.. strings];
    }

    internal static InvalidDataException Unknown(string name, string where) => new($"catalog.json: '{name}' is not a field of {where}.");
}
