namespace Signalbox.Tests;
public class PlaceholderTests { [Fact] public void Builds() { } }
