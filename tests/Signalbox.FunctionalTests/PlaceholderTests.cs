namespace Signalbox.FunctionalTests;
public class PlaceholderTests { [Fact] public void Builds() { } }
